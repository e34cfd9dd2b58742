"""Text of others, as a terminal shows it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import DataError, KernelError, KernelWarning, warn
from kernel.visible import shell_word, visible, visible_json, visible_line

OBEYED = [
    ("\x1b[31m", "\\x1b[31m"),
    ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
    ("\r", "\\r"),
    ("\x00\x08\x7f", "\\x00\\x08\\x7f"),
    ("\x9b2J", "\\x9b2J"),
    ("\u202egnp.exe", "\\u202egnp.exe"),
    ("\u2066\u2069\u200e\u200f\u061c", "\\u2066\\u2069\\u200e\\u200f\\u061c"),
    ("\u2028", "\\u2028"),
    ("\ud83d", "\\ud83d"),
]


@pytest.mark.parametrize(("text", "shown"), OBEYED)
def test_what_a_terminal_obeys_is_an_escape(text: str, shown: str) -> None:
    assert visible(f"a{text}b") == f"a{shown}b"
    assert visible_line(f"a{text}b") == f"a{shown}b"


@pytest.mark.parametrize(
    "text", ["", "kernel.Corpus.v1", "Zürich, 東京, عمّان", "👩‍👩‍👧", "می‌خواهم", "a\\x1b", "C:\\path"]
)
def test_what_a_terminal_shows_stays(text: str) -> None:
    assert visible(text) == visible_line(text) == visible_json(text) == text


def test_ends_of_lines_are_ours_or_theirs() -> None:
    assert visible("one\n\ttwo") == "one\n\ttwo"
    assert visible_line("one\n\ttwo") == "one\\n\\ttwo"


@given(st.text(st.characters(exclude_categories=())))
def test_nothing_is_obeyed_and_twice_is_once(text: str) -> None:
    shown = visible_line(text)
    assert visible_line(shown) == shown
    assert "\x1b" not in shown and "\n" not in shown
    shown.encode()


@given(st.text(st.characters(exclude_categories=())))
def test_json_keeps_its_value(text: str) -> None:
    written = visible_json(json.dumps([text], ensure_ascii=False))
    assert json.loads(written) == [text]
    assert visible(written) == written


def test_a_word_for_the_shell() -> None:
    assert shell_word("a\x1b; rm b") == "'a\\x1b; rm b'"


def test_errors_and_warnings_are_visible_from_the_start() -> None:
    error = KernelError("no \x1b[2J", hint="See \u202ex.")
    assert str(error) == "no \\x1b[2J\nSee \\u202ex."
    assert str(DataError("bad", path="a\nerror: b\x1b", line=3)) == "a\\nerror: b\\x1b:3: bad"
    with pytest.warns(KernelWarning, match=r"^odd \\x1bname$"):
        warn("odd \x1bname")


def test_columns_of_a_terminal() -> None:
    from kernel.visible import columns, padded

    assert [columns(text) for text in ("abc", "日本", "e\u0301", "ｆ", "")] == [3, 4, 1, 2, 0]
    assert padded("日本", 6) == "日本  " and padded("ab", 4, right=True) == "  ab"
