"""Rules about prefixes, suffixes and infixes."""

from __future__ import annotations

import re

import pytest

from kernel.errors import KernelError
from kernel.tokenizer import (
    Rules,
    compile_prefix_regex,
    compile_suffix_regex,
)

from .helpers import tokenizer, words


@pytest.mark.parametrize(
    "name", ["prefix_search", "suffix_search", "infix_finditer", "token_match", "url_match"]
)
def test_a_changed_rule_holds_at_once(name):
    split = tokenizer()
    text = "a-b (c-d"
    assert words(split(text)) == ["a", "-", "b", "(", "c", "-", "d"]
    changed = {
        "prefix_search": (None, ["a", "-", "b", "(c", "-", "d"]),
        "suffix_search": (re.compile(r"-b\Z").search, ["a", "-b", "(", "c", "-", "d"]),
        "infix_finditer": (None, ["a-b", "(", "c-d"]),
        "token_match": (re.compile(r"\(").match, ["a", "-", "b", "(c-d"]),
        "url_match": (re.compile("a").match, ["a-b", "(", "c", "-", "d"]),
    }
    value, expected = changed[name]
    setattr(split, name, value)
    assert words(split(text)) == expected
    assert getattr(split, name) is value


def test_a_rule_has_to_be_a_function():
    with pytest.raises(KernelError, match="prefix_search has to be a function"):
        tokenizer(prefix_search="[(]")


def test_rules_can_be_added_to_any_sequence():
    rules = Rules(("a", "b"))
    assert rules + ("c",) == rules + ["c"] == ("a", "b", "c")
    assert ["c"] + rules == ("c",) + rules == ("c", "a", "b")
    assert isinstance(rules + ["c"], Rules) and isinstance(["c"] + rules, Rules)
    assert isinstance(rules[:1], Rules) and rules[0] == "a"
    with pytest.raises(KernelError, match="sequence"):
        rules + "c"


def test_a_broken_rule_is_named():
    with pytest.raises(KernelError, match=r"Rule 1 of the tokenizer's suffixes .*'\(b'"):
        compile_suffix_regex(["a", "(b"])


def test_alternatives_inside_a_rule_stay_inside():
    assert compile_prefix_regex(["a|b", "c"]).search("xb") is None
    assert compile_suffix_regex(["a|b$", "c"]).search("ax") is None
    assert compile_prefix_regex([]).search("x") is None
