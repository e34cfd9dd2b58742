"""Splitting a chunk by rules, without a tokenizer around it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.tokenizer.splitter import Piece, Splitter

SPECIALS = {
    "don't": [Piece("do", None, "SPECIAL-1"), Piece("n't", "not", "SPECIAL-2")],
    ":)": [Piece(":)", None, "SPECIAL-1")],
    "a b": [Piece("a b", None, "SPECIAL-1")],
}


def splitter(specials=SPECIALS, prefix="[(:]", suffix="[).]", infix="-", token=None, url=None, **settings):
    compiled = [None if one is None else re.compile(one) for one in (prefix, suffix, infix, token, url)]
    return Splitter(
        specials,
        compiled[0] and re.compile(f"^(?:{prefix})").search,
        compiled[1] and re.compile(f"(?:{suffix})$").search,
        compiled[2] and compiled[2].finditer,
        compiled[3] and compiled[3].fullmatch,
        compiled[4] and compiled[4].fullmatch,
        **settings,
    )


def kinds(pieces):
    return [(piece.text, piece.kind) for piece in pieces]


@pytest.mark.parametrize(
    ("chunk", "expected"),
    [
        ("word", [("word", "TOKEN")]),
        ("(word).", [("(", "PREFIX"), ("word", "TOKEN"), (")", "SUFFIX"), (".", "SUFFIX")]),
        ("a-b", [("a", "TOKEN"), ("-", "INFIX"), ("b", "TOKEN")]),
        ("-a", [("-a", "TOKEN")]),
        ("a--b", [("a", "TOKEN"), ("-", "INFIX"), ("-", "INFIX"), ("b", "TOKEN")]),
        ("don't", [("do", "SPECIAL-1"), ("n't", "SPECIAL-2")]),
        ("(don't)", [("(", "PREFIX"), ("do", "SPECIAL-1"), ("n't", "SPECIAL-2"), (")", "SUFFIX")]),
        ("word:)", [("word:", "TOKEN"), (")", "SUFFIX")]),
        (":).", [(":)", "SPECIAL-1"), (".", "SUFFIX")]),
        ("((", [("(", "PREFIX"), ("(", "PREFIX")]),
    ],
)
def test_a_chunk(chunk, expected):
    assert kinds(splitter().split(chunk)) == expected


def texts(pieces):
    return [piece.text for piece in pieces]


EMOTICONS = {text: [Piece(text, None, "SPECIAL-1")] for text in ("''", "[:", "(:", ":)", ":-(")}
QUOTES_AND_SIGNS = r"[\[\](:<>)-]|'"


@pytest.mark.parametrize(
    ("chunk", "expected"),
    [
        # Two quotes whose second one was bare at the end, and so already stood as a chunk of its own.
        ("''<:", ["''", "<", ":"]),
        # Of two that overlap the one of more tokens, though another begins before it.
        ("x[:-(x", ["x", "[", ":-(", "x"]),
        # What overlaps a longer one is not put together; neither is what overlaps that.
        ("x:-(:)x", ["x", ":-(", ":", ")", "x"]),
    ],
)
def test_special_cases_that_the_rules_have_torn(chunk, expected):
    rules = splitter(
        {**EMOTICONS, "'": [Piece("'", None, "SPECIAL-1")]},
        prefix=QUOTES_AND_SIGNS,
        suffix=QUOTES_AND_SIGNS,
        infix=QUOTES_AND_SIGNS,
    )
    assert texts(rules.split(chunk)) == expected


def test_only_the_tokens_that_the_rules_make_of_a_special_case_become_it():
    rules = splitter(
        {"a-b": [Piece("a-", None, "SPECIAL-1"), Piece("b", None, "SPECIAL-2")]}, prefix="[(a]", suffix="[)]"
    )
    # By itself the rules make "a", "-b" of it: "a", "-", "b" is none, though it is spelled like that.
    assert texts(rules.split("(a-b)")) == ["(", "a-", "b", ")"]
    assert texts(rules.split("x-a-b")) == ["x", "-", "a", "-", "b"]


def test_matches_keep_chunks_whole():
    rules = splitter(token=r"\(x\)", url=r"w-w")
    assert kinds(rules.split("(x)")) == [("(x)", "TOKEN_MATCH")]
    assert kinds(rules.split("(w-w)")) == [("(", "PREFIX"), ("w-w", "URL_MATCH"), (")", "SUFFIX")]


def test_which_chunks_are_surely_one_token():
    assert splitter().is_plain("word") and not splitter().is_plain("a1") and not splitter().is_plain("a-b")
    assert not splitter({"word": [Piece("word", None, "SPECIAL-1")]}).is_plain("word")
    assert not splitter(infix="o").is_plain("word")
    assert kinds(splitter(infix="o").split("word")) == [("w", "TOKEN"), ("o", "INFIX"), ("rd", "TOKEN")]


@given(st.text(st.sampled_from("ab(:).-' n't"), max_size=12))
def test_no_character_is_lost(text):
    for rules in (splitter(), splitter(faster=False), splitter(prefix=None, suffix=None, infix=None)):
        assert "".join(piece.text for piece in rules.split(text)) == text


@pytest.mark.parametrize("chunk", ["(" * 3000, ")" * 3000, "(" * 900 + "a" + ")" * 900, "a-" * 2000])
def test_long_chunks_come_to_an_end_and_are_split_all_the_way(chunk):
    pieces = splitter().split(chunk)
    assert "".join(piece.text for piece in pieces) == chunk
    assert all(len(piece.text) == 1 for piece in pieces)


def test_special_cases_with_spaces_are_found_in_texts():
    assert [match[0] for match in splitter().spaced.finditer("x a b y")] == ["a b"]
    assert splitter({}).spaced is None
    assert kinds(splitter().special("a b")) == [("a b", "SPECIAL-1")]
    with pytest.raises(KeyError):
        splitter().special("nothing")


def test_a_space_that_stays_a_space_is_not_looked_for():
    # Rules of the field have such cases; every text has them, and would be split without the caches.
    same = {text: [Piece(text, None, "SPECIAL-1")] for text in (" ", "\n", "\t")}
    assert splitter(same).spaced is None
    assert [match[0] for match in splitter({**same, **SPECIALS}).spaced.finditer("x a b y")] == ["a b"]
    # One that gets another norm does change something.
    other = {"\xa0": [Piece("\xa0", " ", "SPECIAL-1")]}
    assert [match[0] for match in splitter({**same, **other}).spaced.finditer("x \xa0 y")] == ["\xa0"]
