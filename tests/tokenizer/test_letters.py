"""Which expressions find nothing in letters."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.tokenizer.letters import avoids_letters

from .helpers import tokenizer, words


@pytest.mark.parametrize(
    ("pattern", "proved"),
    [
        (r"^[(.]", True),
        (r"(?<=[0-9])km\Z", True),
        (r"(?<=[a-z])-(?=[a-z])", True),
        (r"\.\.+|[,;]|\d+x|[^\w\s]", True),
        (r"(?:--)+~*", True),
        ("(?!)", True),
        ("[a-c]", False),
        ("x", False),
        (r"(?i)\.?x", False),
        ("a|-", False),
        (r"(?<![a-z])", False),
        (r"-*", False),
        ("[^-]", False),
        (r"(?a:\W)", False),
        (r"(-)?(?(1)x|y)", False),
    ],
)
def test_which_expressions_avoid_letters(pattern, proved):
    assert avoids_letters(re.compile(pattern).search) is proved


PARTS = st.sampled_from(
    [r"\.", "-+", "[0-9]", "[a-z]", "x", "(?<=1)km", "(?<=a)b", r"\W", r"\w", "[^a]", "(?=-)", "(?!-)", "a?", r"\d{0,2}", "(?i:K)", "ſ"]
)  # fmt: skip


@settings(deadline=None, max_examples=300)
@given(
    st.lists(st.lists(PARTS, min_size=1, max_size=3), min_size=1, max_size=3),
    st.text(st.characters(categories=["L"])),
)
def test_what_avoids_letters_finds_nothing_in_letters(alternatives, letters):
    search = re.compile("|".join("".join(parts) for parts in alternatives)).search
    if avoids_letters(search):
        assert search(letters) is None


def test_unknown_functions_are_not_taken_for_harmless():
    split = tokenizer(prefix_search=lambda text: re.match("ab", text))
    assert words(split("abc")) == ["ab", "c"]
