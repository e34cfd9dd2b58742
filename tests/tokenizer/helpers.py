"""Tokenizers of a few rules, and what they make of a text."""

from __future__ import annotations

from kernel.tokenizer import (
    Tokenizer,
    compile_infix_regex,
    compile_prefix_regex,
    compile_suffix_regex,
)
from kernel.vocab import Vocab

SPECIALS = {
    "don't": [{"ORTH": "do"}, {"ORTH": "n't", "NORM": "not"}],
    ":)": [{"ORTH": ":)"}],
    "e.g.": [{"ORTH": "e.g."}],
}


def tokenizer(rules=SPECIALS, vocab=None, **settings):
    defaults = {
        "prefix_search": compile_prefix_regex([r"[(\"']", r"\$"]).search,
        "suffix_search": compile_suffix_regex([r"[)\"',.:]", "(?<=[0-9])km"]).search,
        "infix_finditer": compile_infix_regex([r"(?<=[a-z])-(?=[a-z])"]).finditer,
    }
    return Tokenizer(vocab or Vocab(), rules=rules, **{**defaults, **settings})


def words(doc):
    return [token.text for token in doc]


def rebuilt(doc):
    return "".join(token.text + token.whitespace_ for token in doc)
