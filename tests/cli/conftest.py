"""A small saved pipeline and texts for the commands."""

from pathlib import Path

import pytest

from kernel import blank


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with a pipeline `model` that splits sentences."""
    nlp = blank("en")
    nlp.add_pipe("sentencizer")
    nlp.to_disk(tmp_path / "model")
    monkeypatch.chdir(tmp_path)
    return tmp_path
