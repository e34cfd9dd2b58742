"""`kernel convert`: every file of a folder has its own output, and nothing that is there is lost."""

from pathlib import Path

import pytest

from kernel.cli.run import run
from kernel.tokens import DocBin


def fill(folder: Path, *names: str) -> None:
    for number, name in enumerate(names):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"w{number}\tO\n\n")


def words(file: Path) -> list[str]:
    from kernel import blank

    return [token.text for doc in DocBin().from_disk(file).get_docs(blank("xx").vocab) for token in doc]


def outputs(folder: Path) -> dict[str, list[str]]:
    return {file.relative_to(folder).as_posix(): words(file) for file in sorted(folder.rglob("*.spacy"))}


def convert(*args: str) -> int:
    return run(["convert", "--converter", "iob", *args])


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.needs("kernel-nlp-readers")
def test_folders_are_mirrored(place: Path) -> None:
    fill(place / "in", "a/devel.tsv", "b/devel.tsv", "b/c/devel.tsv", "top.tsv")
    assert convert("in", "out") == 0
    assert outputs(place / "out") == {
        "a/devel.spacy": ["w0"],
        "b/c/devel.spacy": ["w2"],
        "b/devel.spacy": ["w1"],
        "top.spacy": ["w3"],
    }


@pytest.mark.needs("kernel-nlp-readers")
def test_files_of_one_stem_keep_their_whole_names(place: Path) -> None:
    fill(place / "in", "a.tsv", "a.iob", "a.tsv.iob", "sub/a.tsv")
    assert convert("in", "out") == 0
    assert outputs(place / "out") == {
        "a.iob.spacy": ["w1"],
        "a.tsv.iob.spacy": ["w2"],
        "a.tsv.spacy": ["w0"],
        "sub/a.spacy": ["w3"],
    }


@pytest.mark.needs("kernel-nlp-readers")
@pytest.mark.parametrize("output", ["in", "in/out"])
def test_what_was_made_is_no_input_the_next_time(place: Path, output: str) -> None:
    fill(place / "in", "a.tsv", "sub/b.tsv")
    for _ in range(2):
        assert convert("in", output) == 0
        assert outputs(place / output) == {"a.spacy": ["w0"], "sub/b.spacy": ["w1"]}


@pytest.mark.needs("kernel-nlp-readers")
def test_other_content_is_replaced_only_by_force(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fill(place, "a.tsv")
    assert convert("a.tsv", "out") == 0
    (place / "a.tsv").write_text("new\tO\n\n")
    assert convert("a.tsv", "out") == 2
    assert "out/a.spacy exists" in capsys.readouterr().err
    assert outputs(place / "out") == {"a.spacy": ["w0"]}
    assert convert("a.tsv", "out", "--force") == 0
    assert outputs(place / "out") == {"a.spacy": ["new"]}


@pytest.mark.needs("kernel-nlp-readers")
def test_what_all_files_lose_is_told_once(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a", "b", "c"):
        text = '{"text": "So it is.", "cats": {"GOOD": 1.0, "BAD": 0.0}}\n' * (name != "b")
        (place / f"{name}.jsonl").write_text(text or '{"text": "So it is."}\n')
    assert run(["convert", ".", "out", "--to", "conllu"]) == 0
    assert capsys.readouterr().err == (
        "warning: CoNLL-U can't hold, and the output lacks: 4 categories (in 2 documents)\n1 warning\n"
    )
