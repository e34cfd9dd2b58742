"""The tokenizer: splitting by rules, caches, files."""

from __future__ import annotations

import re
import string
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kernel.errors import KernelError
from kernel.tokenizer import (
    Rules,
    Tokenizer,
    make_tokenizer,
)
from kernel.vocab import Vocab
from kernel.vocab.attrs import NORM, ORTH

from .helpers import SPECIALS, rebuilt, tokenizer, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("go (now).", ["go", "(", "now", ")", "."]),
        ("don't", ["do", "n't"]),
        ("(don't)", ["(", "do", "n't", ")"]),
        ("well-known 10km", ["well", "-", "known", "10", "km"]),
        ("e.g. e.g., (e.g.)", ["e.g.", "e.g.", ",", "(", "e.g.", ")"]),
        ("fine:) ok", ["fine", ":)", "ok"]),
        ("$10", ["$", "10"]),
        ("", []),
        ('""', ['"', '"']),
        ("-", ["-"]),
    ],
)
def test_splits_by_rules(text, expected):
    assert words(tokenizer()(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a b", [("a", True), ("b", False)]),
        ("a  b", [("a", True), (" ", False), ("b", False)]),
        ("a\n b", [("a", False), ("\n ", False), ("b", False)]),
        ("a \n b", [("a", True), ("\n ", False), ("b", False)]),
        (" a", [(" ", False), ("a", False)]),
        ("a ", [("a", True)]),
        ("a  ", [("a", True), (" ", False)]),
        ("a\xa0b", [("a", False), ("\xa0", False), ("b", False)]),
        (" ", [(" ", False)]),
    ],
)
def test_one_space_belongs_to_its_token_and_other_whitespace_is_a_token(text, expected):
    assert [(token.text, bool(token.whitespace_)) for token in tokenizer()(text)] == expected


TEXTS = st.text(
    st.one_of(
        st.sampled_from(
            list("ab-(). '\n\t :)$1") + ["\xa0", "\x1f", "\x85", "\u2028", "\ud800", "😀", "\u200d"]
        ),
        st.characters(),
    )
)


@settings(deadline=None, max_examples=200)
@given(TEXTS)
@example("\ud83d")
@example("\r\n\x00 \x1c")
def test_never_changes_the_text(text):
    doc = tokenizer()(text)
    assert rebuilt(doc) == text
    assert doc.text == text


@settings(deadline=None, max_examples=50)
@given(st.lists(TEXTS, max_size=5))
def test_a_batch_is_its_texts_one_by_one(texts):
    shared = tokenizer()
    alone = [[(t.text, t.whitespace_, t.norm_) for t in tokenizer()(text)] for text in texts]
    assert [[(t.text, t.whitespace_, t.norm_) for t in doc] for doc in shared.batch(texts)] == alone
    assert [
        [(t.text, t.whitespace_, t.norm_) for t in doc] for doc in shared.pipe(iter(texts), batch_size=2)
    ] == alone


def test_an_empty_batch_has_no_docs():
    assert tokenizer().batch([]) == []
    assert list(tokenizer().pipe([])) == []


def test_a_text_that_is_no_string_is_named():
    with pytest.raises(KernelError, match="text 1 of the batch is None"):
        tokenizer().batch(["a", None])


def test_token_match_stops_and_url_match_spares_the_rest():
    plain = tokenizer(token_match=re.compile(r"\(x\)").match, url_match=re.compile(r"[a-z]-[a-z]\Z").match)
    assert words(plain("(x) (a-b) ab-c")) == ["(x)", "(", "a-b", ")", "ab", "-", "c"]
    assert plain.explain("(x) (a-b)") == [
        ("TOKEN_MATCH", "(x)"),
        ("PREFIX", "("),
        ("URL_MATCH", "a-b"),
        ("SUFFIX", ")"),
    ]


def test_explain_names_the_rule_of_every_token():
    assert tokenizer().explain("(don't well-known\n") == [
        ("PREFIX", "("),
        ("SPECIAL-1", "do"),
        ("SPECIAL-2", "n't"),
        ("TOKEN", "well"),
        ("INFIX", "-"),
        ("TOKEN", "known"),
    ]


@given(TEXTS)
@settings(deadline=None, max_examples=50)
def test_explain_agrees_with_the_tokens(text):
    split = tokenizer()
    assert [word for _, word in split.explain(text)] == [t.text for t in split(text) if not t.text.isspace()]


def test_infixes_may_be_empty_and_none_stands_first():
    split = tokenizer(infix_finditer=re.compile(r"x|(?<=a)(?=b)").finditer)
    assert words(split("axb")) == ["a", "x", "b"]
    assert words(split("xb xx ab")) == ["xb", "x", "x", "a", "b"]


def test_no_rules_split_at_whitespace():
    assert words(Tokenizer(Vocab())("(a, b-c)\nd")) == ["(a,", "b-c)", "\n", "d"]


# Rules


# Caches


def test_threads_share_a_tokenizer():
    split = tokenizer(vocab=Vocab(lexeme_limit=200), max_cache=50)
    texts = [f"a{number} (b{number}-c) gimme don't" for number in range(300)]

    def work(part):
        if part == 3:
            split.add_special_case("gimme", [{"ORTH": "gim"}, {"ORTH": "me"}])
        return [rebuilt(doc) for doc in split.pipe(texts, batch_size=10)]

    with ThreadPoolExecutor(6) as pool:
        assert all(result == texts for result in pool.map(work, range(6)))
    assert words(split("gimme")) == ["gim", "me"]


# Files


# The registered factory


def test_the_factory_takes_the_rules_of_the_language():
    class Pipeline:
        vocab = Vocab()

        class Defaults:
            tokenizer_exceptions = SPECIALS
            prefixes = Rules((r"\(",))
            suffixes = Rules() + [r"-+$"]
            infixes = ()
            token_match = None
            url_match = None

    assert words(make_tokenizer()(Pipeline())("(don't a--")) == ["(", "do", "n't", "a", "--"]


def test_letters_are_never_split_by_rules_about_other_things():
    split = tokenizer()
    assert words(split(f"{string.ascii_letters} größe ſtraße 日本語")) == [
        string.ascii_letters,
        "größe",
        "ſtraße",
        "日本語",
    ]
    assert NORM in split.rules["don't"][1]


@pytest.mark.parametrize("pairs", [10, 3000])
def test_a_chunk_of_any_number_of_affixes_is_stripped_to_its_core(pairs):
    core = "Word" * 200
    split = tokenizer(rules={":)": [{"ORTH": ":)"}], "x(": [{"ORTH": "x("}]})
    assert words(split("(" * pairs + core + ")" * pairs)) == ["("] * pairs + [core] + [")"] * pairs
    assert words(split("(" * pairs + "x(")) == ["("] * pairs + ["x("]
    assert words(split("(" * pairs + core + "-" + core)) == ["("] * pairs + [core + "-" + core]


def test_what_single_rules_find():
    ruled = tokenizer()
    assert (ruled.find_prefix("(word"), ruled.find_prefix("word")) == (1, 0)
    assert (ruled.find_suffix("word)"), ruled.find_suffix("word")) == (1, 0)
    assert [match.group() for match in ruled.find_infix("one-two-three")] == ["-", "-"]
    bare = Tokenizer(Vocab())
    assert bare.find_infix("one-two") == [] and bare.find_prefix("(a") == bare.find_suffix("a)") == 0


def test_special_cases_are_a_mapping_that_can_be_changed():
    split = tokenizer()
    rules = split.rules
    count = len(rules)
    assert rules["don't"][0] == {ORTH: "do"} and words(split("don't")) == ["do", "n't"]
    del rules["don't"]
    assert "don't" not in split.rules and len(rules) == count - 1 and words(split("don't")) == ["don't"]
    rules["gimme"] = [{"ORTH": "gim"}, {"ORTH": "me"}]
    assert words(split("gimme")) == ["gim", "me"] and "gimme" in repr(rules)
    split.rules = rules
    assert words(split("gimme don't")) == ["gim", "me", "don't"]
    with pytest.raises(KeyError):
        split.remove_special_case("don't")
