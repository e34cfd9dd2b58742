"""Writers: how a format is found, and what the kernel promises of every one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kernel import registry
from kernel.cli import writers
from kernel.cli.run import run
from kernel.errors import UsageError

TEXTS = "One here.\nTwo there.\n"


class Lines:
    """A text a line."""

    is_folder = False

    def __init__(self, *suffixes: str) -> None:
        self.suffixes = suffixes

    def write(self, docs: Any, target: Any) -> None:
        for doc, _ in docs:
            target.write(f"{doc.text}\n".encode())


class Texts:
    """A file a document."""

    suffixes = ()
    is_folder = True

    def write(self, docs: Any, target: Path) -> None:
        for number, (doc, _) in enumerate(docs):
            (target / f"{number}.txt").write_text(doc.text)


@pytest.fixture(autouse=True)
def formats(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    Path("in.txt").write_text(TEXTS)
    with registry.restored():
        registry.writers("own.lines.v1", lambda: Lines(".lines", ".one"))
        registry.writers("own.others.v1", lambda: Lines(".others", ".one"))
        registry.writers("own.texts.v1", Texts)
        yield


def test_a_format_called_as_the_extension_goes_first() -> None:
    assert writers.by_suffix(Path("a.lines")).suffixes == (".lines", ".one")
    assert writers.by_suffix(Path("a.OTHERS")).suffixes == (".others", ".one")


def test_other_formats_are_not_imported_for_it() -> None:
    def broken() -> Any:
        raise AssertionError("nobody asked for this one")

    registry.writers("own.broken.v1", broken)
    assert writers.by_suffix(Path("a.lines")).suffixes == (".lines", ".one")


def test_an_extension_of_several() -> None:
    with pytest.raises(UsageError, match=r"extension of several formats: own.lines.v1, own.others.v1"):
        writers.by_suffix(Path("a.one"))


@pytest.mark.parametrize("name", ["a.nothing", "a"])
def test_an_unknown_extension_lists_those_that_are_known(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        writers.by_suffix(Path(name))
    assert ".lines, .one, .others" in str(caught.value) and "own.texts.v1" in str(caught.value)


def test_an_unknown_name_lists_those_that_are_known() -> None:
    with pytest.raises(UsageError, match=r"no format 'line' to write\nThere are: .*own.lines.v1"):
        writers.by_name("line")


@pytest.mark.needs("kernel-nlp-readers", "kernel-nlp-languages")
def test_convert_writes_any_format(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["convert", "in.txt", "out", "--converter", "text", "--to", "own.lines.v1"]) == 0
    assert Path("out/in.lines").read_text() == TEXTS
    assert capsys.readouterr().out == "out/in.lines: 2 documents\n"
    assert run(["convert", "in.txt", "-", "-c", "text", "-t", "own.lines.v1"]) == 0
    assert capsys.readouterr().out == TEXTS
    assert run(["convert", "in.txt", "out", "-c", "text", "--to", "own.lines.v1", "--split", "1,1"]) == 0
    parts = [Path(f"out/{part}.lines").read_text() for part in ("train", "dev")]
    assert sorted(parts) == sorted(TEXTS.splitlines(keepends=True))


@pytest.mark.needs("kernel-nlp-readers", "kernel-nlp-languages")
def test_folders_are_written_whole_and_not_over_others(capsys: pytest.CaptureFixture[str]) -> None:
    convert = ["convert", "in.txt", "out", "--converter", "text", "--to", "own.texts.v1"]
    assert run(convert) == 0
    assert sorted(path.name for path in Path("out/in").glob("*.txt")) == ["0.txt", "1.txt"]
    assert run(convert) == 2
    assert "out/in exists already\nUse --force" in capsys.readouterr().err
    Path("in.txt").write_text("Three.\n")
    assert run([*convert, "--force"]) == 0
    assert [path.read_text() for path in Path("out/in").glob("*.txt")] == ["Three."]
    assert run(["convert", "in.txt", "-", "-c", "text", "--to", "own.texts.v1"]) == 2
    assert "the format is one of folders" in capsys.readouterr().err
    Path("out/in.txt").write_text("a file")
    assert run(["convert", "in.txt", "out/in.txt/deeper", "-c", "text", "--to", "own.texts.v1"]) == 2
    assert "can't write out/in.txt/deeper" in capsys.readouterr().err


@pytest.mark.needs("kernel-nlp-readers", "kernel-nlp-languages")
def test_what_is_read_is_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.lines").write_text(TEXTS)
    assert run(["convert", "a.lines", ".", "-c", "text", "--to", "own.lines.v1", "--force"]) == 2
    assert "can't write a.lines: it is among what is read" in capsys.readouterr().err
    assert Path("a.lines").read_text() == TEXTS


@pytest.mark.needs("kernel-nlp-readers", "kernel-nlp-languages")
def test_a_terminal_is_shown_nothing_that_it_would_obey(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("in.txt").write_text("red \x1b[31m\n")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert run(["convert", "in.txt", "-", "-c", "text", "--to", "own.lines.v1"]) == 0
    assert "\x1b" not in capsys.readouterr().out


@pytest.mark.needs("kernel-nlp-languages", "kernel-nlp-components")
def test_apply_takes_a_format_by_extension_or_name(
    workplace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (workplace / "in.txt").write_text(TEXTS)
    assert run(["apply", "model", "in.txt", "out.lines"]) == 0
    assert run(["apply", "model", "in.txt", "out", "--format", "own.others.v1"]) == 0
    assert Path("out.lines").read_text() == Path("out").read_text() == TEXTS
    assert run(["apply", "model", "in.txt", "-", "--format", "own.lines.v1"]) == 0
    assert capsys.readouterr().out == TEXTS
    assert run(["apply", "model", "in.txt", "folder", "--format", "own.texts.v1"]) == 0
    assert Path("folder/1.txt").read_text() == "Two there."
    assert run(["apply", "model", "in.txt", "out", "--format", "own.texts.v1", "--force"]) == 2
    assert "can't write out: the format is one of folders, and this is a file" in capsys.readouterr().err
    Path("other").mkdir()
    assert run(["apply", "model", "in.txt", "other", "--format", "own.lines.v1", "--force"]) == 2
    assert "can't write other: it is a directory" in capsys.readouterr().err
