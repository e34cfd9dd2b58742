"""What can't be read is left out and told with its place; a file that is cut off is refused."""

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kernel.errors import DataError, KernelWarning

from .conftest import binary_of, text_of

Read = Callable[..., Any]
GOOD = ["the 1 2 3", "of 4 5 6", "and 7 8 9"]


def read_with_warnings(read: Read, data: bytes) -> tuple[list[str], list[str]]:
    """The words, and what was said."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        found, _ = read(data)
    return list(found), [str(each.message) for each in said if each.category is KernelWarning]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"bad 1 2", "line 3: 2 numbers, not 3"),
        (b"bad 1.0 2.0 3.0 4.0", "line 3: 4 numbers, not 3"),
        (b"bad", "line 3: 0 numbers, not 3"),
        (b"bad 1 x 3", "line 3: 'x' is no number"),
        (b"bad 1  3", "line 3: '' is no number"),
        (b"bad 1 nan 3", "line 3: 'nan' is no number of a vector"),
        (b"bad 1 2 -inf", "line 3: '-inf' is no number of a vector"),
        (b"bad 1 2 1e99", "line 3: '1e99' is no number of a vector"),
        (b" 1 2 3", "line 3: no word"),
        (b"b\xe4d 1 2 3", r"line 3: the word b'b\xe4d' is not UTF-8"),
    ],
)
@pytest.mark.parametrize("header", [True, False])
def test_a_line_that_cannot_be_read_is_left_out(
    read: Read, tmp_path: Path, line: bytes, reason: str, header: bool
) -> None:
    lines = [GOOD[0].encode(), line, *map(str.encode, GOOD[1:])]
    if header:
        lines = [b"4 3", *lines]
    else:
        lines = [GOOD[0].replace("the", "a").encode(), *lines]
    words, said = read_with_warnings(read, b"\n".join(lines) + b"\n")
    assert [word for word in words if word != "a"] == ["the", "of", "and"]
    assert said == [f"{tmp_path / 'a.vec'}: 1 line was left out, which can't be read: {reason}"]


def test_many_lines_are_told_at_once(read: Read) -> None:
    lines = [f"w{number} 1 2 3" if number % 20 else f"w{number} 1" for number in range(1, 2001)]
    words, said = read_with_warnings(read, "\n".join(lines).encode() + b"\n")
    assert len(words) == 1900
    (text,) = said
    assert "100 lines were left out, which can't be read: line 20: 1 numbers, not 3; line 40: " in text
    assert text.endswith("; and 95 more")


def test_a_file_of_which_much_cannot_be_read_is_something_else(read: Read) -> None:
    with pytest.raises(DataError, match=r"can't be read: line 2: 3 numbers, not 5; line 3: .*\nIs it a file"):
        read(b"2000 5\n" + b"".join(b"w%d 1 2 3\n" % number for number in range(2000)))


def test_the_first_vector_of_a_word_counts(read: Read, tmp_path: Path) -> None:
    with pytest.warns(KernelWarning) as caught:
        found, _ = read(b"a 1 2\nb 3 4\na 5 6\nb 7 8\nc 9 0\n")
    assert {word: vector.tolist() for word, vector in found.items()} == {
        "a": [1, 2],
        "b": [3, 4],
        "c": [9, 0],
    }
    assert [str(each.message) for each in caught] == [
        f"{tmp_path / 'a.vec'}: 2 lines were left out, whose word was there before: "
        + "line 3: 'a'; line 4: 'b'. The first vector of a word counts"
    ]


@pytest.mark.parametrize("binary", [False, True])
def test_a_word_that_comes_again_far_away(read: Read, binary: bool) -> None:
    words = [f"w{number}" for number in range(3000)] + ["w7"]
    vectors = np.arange(3001, dtype=np.float32)[:, None] * np.ones(2, dtype=np.float32)
    with pytest.warns(KernelWarning, match=f"{'row 3001' if binary else 'line 3002'}: 'w7'"):
        found, _ = read((binary_of if binary else text_of)(words, vectors))
    assert len(found) == 3000 and found["w7"][0] == 7


def test_fewer_rows_than_the_first_line_says_are_a_file_that_is_cut_off(read: Read) -> None:
    with pytest.raises(
        DataError, match=r"a.vec: the first line says that there are 5 rows, and the file ends after 3"
    ):
        read(b"5 3\n" + "\n".join(GOOD).encode() + b"\n")
    # What is not asked for need not be there.
    assert len(read(b"5 3\n" + "\n".join(GOOD).encode() + b"\n", truncate=2)[0]) == 2


def test_more_rows_than_the_first_line_says_are_read(read: Read) -> None:
    words, said = read_with_warnings(read, b"2 3\n" + "\n".join(GOOD).encode() + b"\n")
    assert words == ["the", "of", "and"]
    assert said[0].endswith("the first line says that there are 2 rows; there are 3, and all were read")


def test_a_file_that_ends_within_a_line_is_refused(read: Read) -> None:
    with pytest.raises(
        DataError, match=r"a.vec:3: the file ends within a line: it has 1 numbers, and the others 3"
    ):
        read("\n".join([*GOOD[:2], "and 7"]).encode())


@pytest.mark.parametrize("cut", [1, 5, 12, 13, 20])
def test_a_binary_file_that_is_cut_off_is_refused(read: Read, cut: int) -> None:
    data = binary_of(["the", "of", "and"], np.ones((3, 2), dtype=np.float32), end=b"")
    with pytest.raises(DataError, match=r"the file ends (within row|after)|ends after"):
        read(data[:-cut])


def test_a_binary_file_of_another_width_is_refused(read: Read) -> None:
    vectors = np.random.default_rng(0).normal(size=(500, 20)).astype(np.float32)
    data = binary_of([f"w{number}" for number in range(500)], vectors)
    with pytest.raises(DataError):
        read(data.replace(b"500 20", b"500 19", 1))


def test_rows_of_a_binary_file_that_cannot_be_used(read: Read) -> None:
    vectors = np.ones((4, 2), dtype=np.float32)
    vectors[1, 1] = np.nan
    data = binary_of(["the", "nan", "of", "b#d"], vectors).replace(b"b#d", b"b\xe4d")
    words, said = read_with_warnings(read, data)
    assert words == ["the", "of"]
    assert (
        "row 2: its vector has numbers that are not finite; row 4: the word b'b\\xe4d' is not UTF-8"
        in said[0]
    )


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("0 1 2\n2 3 4\n", r"a.vec:3: row 1 of the table of floret should be here, not '2'"),
        ("0 1 2\n1 3\n2 3 4\n", r"row 1 of the table of floret should be here, not '2'"),
        ("0 1 2\n", "3 rows, and the file ends after 1"),
        ("0 1 2\n1 3 4\n2 5 6\n3 7 8\n", "has 4 rows, and its first line says 3"),
    ],
)
def test_a_table_of_floret_has_every_row(read: Read, rows: str, said: str) -> None:
    with pytest.raises(DataError, match=said), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        read(f"3 2 2 3 1 7 < >\n{rows}".encode())


def test_a_line_that_never_ends(read: Read) -> None:
    with pytest.raises(DataError, match=r"a.vec:2: a line of more than"):
        read(b"the 1 2 3\n" + b"x" * (1 << 23))


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("3 3 1 4 9 5 < >", "hash_count of vectors is 1 to 4, not 9"),
        ("3 3 1 4 2 99999999999 < >", "hash_seed 99999999999"),
    ],
)
def test_settings_that_floret_cannot_have_are_told_by_file_and_line(
    read: Read, header: str, message: str
) -> None:
    with pytest.raises(DataError, match=message) as raised:
        read(f"{header}\n0 1 2 3\n".encode())
    assert raised.value.line == 1 and raised.value.path


def test_a_first_line_with_a_number_of_thousands_of_digits(read: Read) -> None:
    words, said = read_with_warnings(read, b"9" * 5000 + b" 3\n" + b"\n".join(map(str.encode, GOOD)) + b"\n")
    assert words == ["the", "of", "and"] and "line 1: 1 numbers, not 3" in said[0]
