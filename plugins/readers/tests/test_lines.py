"""Files in blocks of lines: numbers, ends and errors are those of a file read line by line."""

import re

import pytest
from kernel_readers.lines import blocks, has, numbered_lines, paragraphs
from kernel_readers.memo import Memo

from kernel.errors import DataError

LONG = [f"word{n} O" if n % 5 else "" for n in range(1, 60_001)]


def test_lines_of_many_blocks_are_numbered_through(write):
    path = write("a.iob", *LONG)
    assert len(list(blocks(path))) > 1
    assert list(numbered_lines(path)) == list(enumerate(LONG, start=1))


def test_paragraphs_of_many_blocks_are_whole(write):
    path = write("a.iob", *LONG)
    found = list(paragraphs(path))
    assert {len(lines) for _, lines in found} == {4}
    assert all(LONG[first - 1 : first + 3] == lines for first, lines in found)


@pytest.mark.parametrize("blank", ["", " ", "\t\t", "\u00a0"])
def test_white_space_ends_a_paragraph(write, blank):
    assert list(paragraphs(write("a.txt", blank, "a", "b", blank, blank, "c"))) == [
        (2, ["a", "b"]),
        (6, ["c"]),
    ]


@pytest.mark.parametrize(
    "content, lines",
    [
        (b"a\nb", ["a", "b"]),
        (b"a\r\nb\r\n", ["a", "b"]),
        (b"a\rb\r", ["a", "b"]),
        (b"a\rb\n", ["a\rb"]),
        (b"\xef\xbb\xbfa\n", ["a"]),
        (b"\n\n", ["", ""]),
    ],
)
def test_ends_of_lines(write, content, lines):
    assert [line for _, line in numbered_lines(write("a.txt", content))] == lines


@pytest.mark.parametrize(
    "line, offset, message",
    [
        (b"ab\xff", 2, "0xff"),
        (b"\x00ab", 0, "binary"),
        (b"\xffab\x00", 3, "binary"),
        (b"a\xc3", 1, "0xc3"),
    ],
)
def test_the_lines_before_an_unreadable_one_are_read(write, line, offset, message):
    path = write("a.txt", b"one\n\xc3\xa9\n" + line + b"\nmore\n")
    found = []
    with pytest.raises(DataError, match=message) as caught:
        for _, text in numbered_lines(path):
            found.append(text)
    assert found == ["one", "\u00e9"]
    assert (caught.value.line, caught.value.offset) == (3, offset)


def test_a_pattern_is_counted_over_blocks(write):
    path = write("a.txt", "# one", *LONG, "# two")
    mark = re.compile(rb"^#", re.MULTILINE)
    assert has(path, mark) and has(path, mark, times=2) and not has(path, mark, times=3)


def test_a_memo_asks_once_and_does_not_grow_without_bound():
    asked = []
    memo = Memo(lambda text: asked.append(text) or len(text))
    assert [memo["abc"], memo["abc"], asked] == [3, 3, ["abc"]]
    for number in range(30_000):
        assert memo[str(number)] == len(str(number))
    assert len(memo) < 30_000
