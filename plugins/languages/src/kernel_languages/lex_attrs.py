"""Attributes of a word form, of any language: the module `kernel.lang.lex_attrs`."""

from __future__ import annotations

from collections.abc import Collection

from kernel.vocab.lex_attrs import GETTERS as LEX_ATTRS
from kernel.vocab.lex_attrs import (
    is_ascii,
    is_bracket,
    is_currency,
    is_left_punct,
    is_punct,
    is_quote,
    is_right_punct,
    like_email,
    like_num,
    like_url,
    prefix,
    suffix,
)
from kernel.vocab.lex_attrs import shape as word_shape

__all__ = [
    "LEX_ATTRS",
    "is_alpha",
    "is_ascii",
    "is_bracket",
    "is_currency",
    "is_digit",
    "is_left_punct",
    "is_lower",
    "is_punct",
    "is_quote",
    "is_right_punct",
    "is_space",
    "is_stop",
    "is_title",
    "is_upper",
    "like_email",
    "like_num",
    "like_url",
    "lower",
    "prefix",
    "suffix",
    "word_shape",
]
is_alpha, is_digit, is_space = str.isalpha, str.isdigit, str.isspace
is_lower, is_title, is_upper, lower = str.islower, str.istitle, str.isupper, str.lower


def is_stop(string: str, stops: Collection[str] = frozenset()) -> bool:
    """Whether a form, or its lower case, is among some words."""
    return string in stops or string.lower() in stops
