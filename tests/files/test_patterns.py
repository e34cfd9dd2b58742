"""Patterns of file names."""

from pathlib import Path

import pytest

from kernel.errors import DataError
from kernel.files.patterns import is_pattern, matching


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in (
        "data/b.jsonl",
        "data/a.jsonl",
        "data/.c.jsonl",
        "data/sub/d.jsonl",
        "data/e.iob",
        "[x].txt",
    ):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).touch()


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("data/*.jsonl", ["data/a.jsonl", "data/b.jsonl"]),
        ("data/**/*.jsonl", ["data/a.jsonl", "data/b.jsonl", "data/sub/d.jsonl"]),
        ("data/?.iob", ["data/e.iob"]),
        ("data/[ab].*", ["data/a.jsonl", "data/b.jsonl"]),
        ("*/sub", ["data/sub"]),
        ("[x].txt", ["[x].txt"]),
        ("missing.txt", ["missing.txt"]),
    ],
)
def test_what_a_pattern_stands_for(pattern, found):
    assert matching(Path(pattern)) == [Path(name) for name in found]


def test_a_file_that_is_called_like_a_pattern_is_none():
    assert not is_pattern(Path("[x].txt")) and is_pattern(Path("[y].txt")) and not is_pattern(Path("data"))


@pytest.mark.parametrize(
    ("pattern", "hint"),
    [
        ("data/*.csv", r"The directory 'data' holds: 'a.jsonl', 'b.jsonl', 'e.iob', 'sub'$"),
        ("none/*.csv", r"There is no directory 'none'\.$"),
        ("data/*/x/*.csv", "The directory 'data' holds"),
    ],
)
def test_a_pattern_of_nothing_says_what_there_is(pattern, hint):
    with pytest.raises(DataError, match="no file matches this pattern\n" + hint) as caught:
        matching(Path(pattern))
    assert caught.value.path == Path(pattern)
