"""Alternations that end alike are written with one end; they match the same texts."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.tokenizer.alternatives import with_shared_tails

LONG = "[" + "ab" * 150 + "]"
OTHER = "[^" + "bc\\]" * 100 + "]"
FIRST = "[]" + "a" * 250 + "]"

atoms = st.sampled_from(
    [
        "a",
        "b",
        "c",
        r"\[",
        r"\\",
        "[ab]",
        "(?:a|b)",
        "(?=a)",
        "(?!b)",
        "(?<=a)",
        "a?",
        "^",
        LONG,
        OTHER,
        FIRST,
    ]
)
sets = st.sampled_from(
    [LONG, LONG + "*", LONG + "+$", OTHER + "?", FIRST + LONG, FIRST + LONG + "*$", "[ab]+" + LONG, "", "$"]
)
bodies = st.builds("{}{}".format, st.lists(atoms, max_size=4).map("".join), sets)
flags = st.sampled_from(["", "(?i)", "(?iu)"])


@given(
    flags, st.lists(bodies, min_size=1, max_size=6), st.lists(st.text("abcABC[]\\", max_size=6), max_size=12)
)
def test_the_same_texts_match(flag, some, texts):
    source = flag + "|".join(f"(?:{body})" for body in some)
    made = with_shared_tails(source)
    assert len(made) <= len(source) + 4 * len(some)
    old, new = re.compile(source), re.compile(made)
    for text in texts:
        assert bool(old.match(text)) == bool(new.match(text)), (source, made, text)


def test_it_becomes_short():
    words = [f"w{number}" for number in range(300)]
    source = "(?iu)" + "|".join(f"(?:^{word}{LONG}+$)" for word in words)
    made = with_shared_tails(source)
    assert made.count(LONG) == 1 and len(made) < 4000
    assert re.compile(made).match("W299ABBA") and not re.compile(made).match("w300ab")


@pytest.mark.parametrize(
    "source",
    [
        "",
        "abc",
        f"(?:a{LONG})|b",
        f"(?:a{LONG})",
        f"(?:a|b{LONG})|(?:c{LONG})",
        f"(a{LONG})|(?:b{LONG})",
        f"(?:(a){LONG})|(?:b{LONG})",
        f"(?:(?P<x>a){LONG})|(?:b{LONG})",
        f"(?x)(?:a{LONG})|(?:b{LONG})",
        f"(?:a{LONG})|(?:b{LONG})+",
        f"(?:a{LONG})|(?:b{LONG}",
        f"(?:a{LONG})||(?:b{LONG})",
        f"(?:a{LONG})|(?:b{LONG})|",
        f"(?:a{LONG})(?:b{LONG})",
        f"(?:a[{LONG[1:-1]})|(?:b[{LONG[1:-1]})",
        f"(?:a\\{LONG})|(?:b\\{LONG})",
    ],
)
def test_what_is_of_another_kind_stays(source):
    assert with_shared_tails(source) == source


@pytest.mark.parametrize("body", ["[ab]" * 60_000 + "x", "[a" + "[" * 240_000, "\\[" * 120_000 + "[a"])
def test_a_long_expression_of_anybody_takes_no_longer_than_it_is_long(body):
    before = time.process_time()
    with_shared_tails(f"(?:{body})")
    # It would be minutes if each part were looked for from every other one.
    assert time.process_time() - before < 5
