"""Special cases."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.errors import KernelError, WrongType
from kernel.tokenizer.specials import read_special
from kernel.vocab.attrs import ORTH

from .helpers import rebuilt, tokenizer, words


def test_special_cases_give_norms_to_their_tokens_only():
    norms = [token.norm_ for token in tokenizer()("Don don't n't")]
    assert norms == ["don", "do", "not", "n't"]


def test_an_affix_that_bares_a_special_case_goes_alone():
    special = tokenizer({"'cause": [{"ORTH": "'cause", "NORM": "because"}]})
    assert words(special("'cause, ('cause)")) == ["'cause", ",", "(", "'cause", ")"]


def test_special_cases_with_whitespace():
    special = tokenizer(
        {"New York": [{"ORTH": "New York"}], "a  b": [{"ORTH": "a "}, {"ORTH": " b", "NORM": "b"}]}
    )
    doc = special("in (New York). New Yorker, a  b")
    assert words(doc) == ["in", "(", "New York", ")", ".", "New", "Yorker", ",", "a ", " b"]
    assert rebuilt(doc) == doc.text
    assert doc[2].whitespace_ == ""
    assert doc[-1].norm_ == "b"


@settings(deadline=None, max_examples=100)
@given(st.text(st.sampled_from("ab. \n")))
def test_special_cases_with_whitespace_keep_the_text(text):
    special = tokenizer(
        {"a b": [{"ORTH": "a b"}], "b a.": [{"ORTH": "b "}, {"ORTH": "a."}], " \n": [{"ORTH": " \n"}]}
    )
    assert rebuilt(special(text)) == text


def test_a_new_special_case_holds_at_once():
    split = tokenizer()
    assert words(split("gimme gimme.")) == ["gimme", "gimme", "."]
    split.add_special_case("gimme", [{ORTH: "gim"}, {ORTH: "me"}])
    assert words(split("gimme gimme.")) == ["gim", "me", "gim", "me", "."]
    split.rules = {"gimme": [{"ORTH": "gimm"}, {"ORTH": "e"}]}
    assert words(split("gimme don't")) == ["gimm", "e", "don't"]
    assert dict(split.rules) == {"gimme": [{ORTH: "gimm"}, {ORTH: "e"}]}


@pytest.mark.parametrize(
    ("text", "tokens", "message"),
    [
        ("ab", [{"ORTH": "a"}], "spell 'a'"),
        ("ab", [{"ORTH": "ab", "TAG": "X"}], "sets TAG"),
        ("ab", [{"NORM": "ab"}], "as ORTH"),
        ("", [{"ORTH": ""}], "needs a text"),
    ],
)
def test_impossible_special_cases(text, tokens, message):
    with pytest.raises(KernelError, match=message):
        tokenizer().add_special_case(text, tokens)


@pytest.mark.parametrize("tokens", ["ab", ["ab"], [None]])
def test_tokens_of_a_special_case_are_dicts(tokens):
    with pytest.raises(WrongType, match="Token 1 of the special case 'ab' is a dict, not "):
        read_special("ab", tokens)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.sampled_from("ab(:). \n\t\xa0-"), max_size=12), max_size=4))
def test_spaces_that_stay_spaces_change_nothing(texts):
    cases = {text: [{ORTH: text}] for text in (" ", "\n", "\t")}
    other = {"\xa0": [{ORTH: "\xa0", "NORM": " "}], "a b": [{ORTH: "a b"}]}
    plain, more = tokenizer(rules=other), tokenizer(rules={**cases, **other})
    for ours, theirs in zip(plain.batch(texts), more.batch(texts), strict=True):
        assert [(t.text, t.norm_, t.whitespace_) for t in ours] == [
            (t.text, t.norm_, t.whitespace_) for t in theirs
        ]
