"""`kernel spacy import` writes a pipeline of ours; packages of pipelines are found without being imported."""

import subprocess
import sys

import pytest

import kernel
from kernel.cli import main
from kernel.errors import MissingPath
from kernel.language import Language

BLOCKS = {"merge_entities": 'factory = "merge_entities"', "doc_cleaner": 'factory = "doc_cleaner"'}


def run(capsys, *words):
    with pytest.raises(SystemExit) as caught:
        main(["spacy", "import", *map(str, words)])
    captured = capsys.readouterr()
    return caught.value.code or 0, captured.out, captured.err


@pytest.fixture
def package(tmp_path, monkeypatch, spacy_folder):
    """A package as pip installs it for spaCy: whoever imports it gets an error."""
    site = tmp_path / "site-packages"
    (site / "xx_tiny").mkdir(parents=True)
    (site / "xx_tiny" / "__init__.py").write_text("raise RuntimeError('it was imported')")
    folder = spacy_folder(blocks=BLOCKS)
    folder.rename(site / "xx_tiny" / "xx_tiny-1.2.3")
    (site / "xx_tiny" / "meta.json").write_bytes(
        (site / "xx_tiny" / "xx_tiny-1.2.3" / "meta.json").read_bytes()
    )
    monkeypatch.syspath_prepend(site)
    return site / "xx_tiny"


def test_it_is_written_as_ours(spacy_folder, tmp_path, capsys):
    code, out, err = run(capsys, spacy_folder(blocks=BLOCKS), tmp_path / "ours", "-x", "doc_cleaner")
    assert code == 0, err
    assert out.splitlines() == [
        "carried over: vocab, tokenizer, merge_entities",
        "left out: doc_cleaner, as you asked",
        f'load: kernel.load("{tmp_path / "ours"}")',
    ]
    assert (tmp_path / "ours" / "manifest.json").is_file()
    nlp = kernel.load(tmp_path / "ours")
    assert nlp.component_names == ["merge_entities"]
    assert '"spacy.' not in (tmp_path / "ours" / "config.cfg").read_text()


def test_what_was_written_needs_no_package(spacy_folder, tmp_path):
    kernel.load(spacy_folder(blocks=BLOCKS)).to_disk(tmp_path / "ours")
    words = [sys.executable, "-m", "kernel", "--deny", "kernel-nlp-spacy", "info", str(tmp_path / "ours")]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "merge_entities" in done.stdout, done.stderr


@pytest.mark.parametrize("command", ["import", "export"])
@pytest.mark.parametrize("where", [".", "ours"])
def test_it_is_not_written_into_what_is_read(command, where, spacy_folder, capsys):
    folder = spacy_folder(blocks=BLOCKS)
    before = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    with pytest.raises(SystemExit) as caught:
        main(["spacy", command, str(folder), str(folder / where)])
    assert caught.value.code == 2
    assert "would be written into the pipeline" in capsys.readouterr().err
    assert {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()} == before


def test_nothing_is_written_after_an_error(spacy_folder, tmp_path, capsys):
    folder = spacy_folder(blocks={"parts": 'factory = "acme_parts"'})
    code, _, err = run(capsys, folder, tmp_path / "ours")
    assert code == 2 and "acme_parts" in err and not (tmp_path / "ours").exists()


def test_what_holds_something_else_is_not_replaced(spacy_folder, tmp_path, capsys):
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "mine.txt").write_text("mine")
    code, _, err = run(capsys, spacy_folder(), tmp_path / "ours")
    assert code == 2 and "can't replace" in err and (tmp_path / "ours" / "mine.txt").read_text() == "mine"


def test_an_installed_package_is_not_imported(package):
    nlp = kernel.load("xx_tiny")
    assert nlp.component_names == ["merge_entities", "doc_cleaner"] and nlp.path == package / "xx_tiny-1.2.3"
    assert "xx_tiny" not in sys.modules
    assert kernel.load(package).component_names == nlp.component_names
    assert kernel.info("xx_tiny")["pipeline"] == nlp.component_names


def test_a_package_for_spacy_2(package):
    (package / "xx_tiny-1.2.3" / "config.cfg").unlink()
    (package / "meta.json").write_text('{"spacy_version": ">=2.3.0,<2.4.0"}')
    with pytest.raises(kernel.errors.DataError, match="a pipeline of spaCy 2"):
        kernel.load("xx_tiny")
    (package / "meta.json").unlink()
    with pytest.raises(MissingPath, match="contains no saved pipeline"):
        kernel.load("xx_tiny")


@pytest.mark.parametrize("named", ["folder", "package"])
def test_components_are_taken_from_it(package, named):
    source = "xx_tiny" if named == "package" else str(package / "xx_tiny-1.2.3")
    config = {
        "nlp": {"lang": "xx", "pipeline": ["cleaner"]},
        "components": {"cleaner": {"source": source, "component": "doc_cleaner"}},
    }
    assert Language.from_config(config).component_names == ["cleaner"]


def test_settings_of_loading(package):
    nlp = kernel.load("xx_tiny", disable=["doc_cleaner"], config={"components.doc_cleaner.silent": False})
    assert nlp.pipe_names == ["merge_entities"] and not nlp.config["components"]["doc_cleaner"]["silent"]
    assert kernel.load("xx_tiny", enable="doc_cleaner").pipe_names == ["doc_cleaner"]
    assert kernel.load("xx_tiny", exclude="doc_cleaner").component_names == ["merge_entities"]


def test_a_language_that_nobody_has(spacy_folder):
    with pytest.warns(kernel.errors.KernelWarning, match="no installed package has the language 'qqq'"):
        nlp = kernel.load(spacy_folder(lang="qqq"))
    assert nlp.lang == "xx" and [token.text for token in nlp("I don't.")] == ["I", "do", "n't", "."]
