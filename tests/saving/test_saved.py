"""A saved pipeline that was checked."""

from pathlib import Path

from kernel.config import Config
from kernel.saving.saved import Saved


def test_the_data_are_those_of_the_folder_unless_it_says_how_they_are_given():
    saved = Saved(Path("folder"), Path("named"), Config({"nlp": {}}), {})
    assert saved.fill is None and saved.folder != saved.path
