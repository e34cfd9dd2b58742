"""Packages that read the pipelines of other programs."""

import pytest

import kernel
from kernel.errors import MissingPath, PluginLoadError
from kernel.language import Language
from kernel.saving.formats import is_ours, opened

FORMAT = """
from contextlib import contextmanager
from pathlib import Path
from kernel.config import Config
from kernel.saving.saved import Saved

def read(path, left_out):
    file = path / "acme.txt" if path.is_dir() else path
    if not file.is_file():
        return None
    @contextmanager
    def opened():
        def fill(nlp, left_out):
            nlp.vocab.strings.add(file.read_text())
        config = Config({"nlp": {"lang": "xx", "pipeline": []}})
        yield Saved(path, path, config, {"name": "theirs"}, fill)
    return opened()
"""


@pytest.fixture
def acme(fake_distribution):
    points = {"kernel_formats": {"acme": "acme_formats:read"}}
    fake_distribution("acme", entry_points=points, modules={"acme_formats": FORMAT})


def test_a_directory_in_the_format_of_others(acme, tmp_path):
    (tmp_path / "acme.txt").write_text("word")
    nlp = kernel.load(tmp_path)
    assert "word" in nlp.vocab.strings and nlp.path == tmp_path and nlp.meta["name"] == "theirs"
    assert kernel.load(tmp_path, config={"nlp.batch_size": 7}).batch_size == 7
    assert "word" in Language.from_disk(tmp_path).vocab.strings
    own = kernel.blank("xx")
    own.from_disk(tmp_path)
    assert "word" in own.vocab.strings


def test_a_file_in_the_format_of_others(acme, tmp_path):
    file = tmp_path / "acme.txt"
    file.write_text("word")
    assert "word" in kernel.load(file).vocab.strings


def test_components_are_taken_from_there(acme, tmp_path):
    (tmp_path / "acme.txt").write_text("word")
    with pytest.raises(kernel.errors.ConfigError, match="has no component 'ner'"):
        Language.from_config(
            {"nlp": {"lang": "xx", "pipeline": ["ner"]}, "components": {"ner": {"source": str(tmp_path)}}}
        )


def test_what_is_ours_is_not_asked_for(acme, tmp_path):
    kernel.blank("xx").to_disk(tmp_path / "ours")
    (tmp_path / "ours" / "acme.txt").write_text("word")
    assert is_ours(tmp_path / "ours")
    assert "word" not in kernel.load(tmp_path / "ours").vocab.strings
    (tmp_path / "ours" / "manifest.json").unlink()
    assert is_ours(tmp_path / "ours")


def test_what_nobody_knows(acme, tmp_path):
    assert opened(tmp_path) is None
    with pytest.raises(MissingPath, match=r"has no config\.cfg"):
        kernel.load(tmp_path)
    (tmp_path / "meta.json").write_text("[[")
    assert not is_ours(tmp_path)


def test_a_broken_package_is_named(fake_distribution, tmp_path):
    points = {"kernel_formats": {"acme": "acme_formats:absent"}}
    fake_distribution("acme", entry_points=points, modules={"acme_formats": FORMAT})
    with pytest.raises(PluginLoadError, match="format of pipelines: 'acme' of acme"):
        opened(tmp_path)


def test_a_directory_with_a_manifest_is_ours_unless_its_meta_table_is_of_others(tmp_path):
    kernel.blank("xx").to_disk(tmp_path / "ours")
    assert is_ours(tmp_path / "ours")
    (tmp_path / "ours" / "meta.json").unlink()
    assert is_ours(tmp_path / "ours")
    # A package that writes for another program writes whole directories as we do.
    (tmp_path / "ours" / "meta.json").write_text('{"acme_version": "1"}')
    assert not is_ours(tmp_path / "ours")
