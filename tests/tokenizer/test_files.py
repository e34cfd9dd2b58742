"""Tokenizers in files, bytes and pickles."""

from __future__ import annotations

import pickle
import re

import pytest

from kernel.errors import KernelError, KernelWarning
from kernel.tokenizer import (
    Tokenizer,
)
from kernel.vocab import Vocab

from .helpers import SPECIALS, tokenizer, words


def test_bytes_keep_the_tokenizer():
    split = tokenizer(
        token_match=re.compile("(?i)AB").match,
        url_match=re.compile("http", re.IGNORECASE).match,
    )
    data = split.to_bytes()
    other = Tokenizer(Vocab()).from_bytes(data)
    text = "(don't ab-c Ab HTTP(-) well-known 10km:)"
    assert words(other(text)) == words(split(text))
    assert [t.norm_ for t in other(text)] == [t.norm_ for t in split(text)]
    assert other.to_bytes() == data
    assert tokenizer(dict(reversed(SPECIALS.items()))).to_bytes() == tokenizer().to_bytes()


def test_a_file_keeps_the_tokenizer(tmp_path):
    split = tokenizer()
    split.to_disk(tmp_path / "tokenizer")
    assert words(Tokenizer(Vocab()).from_disk(tmp_path / "tokenizer")("(don't")) == ["(", "do", "n't"]
    with pytest.raises(KernelError, match="missing"):
        split.from_disk(tmp_path / "missing")


@pytest.mark.parametrize("data", [b"", b"\xc1", b"[1]", b"\x01"])
def test_other_bytes_are_no_tokenizer(data):
    with pytest.raises(KernelError, match="not a tokenizer file"):
        Tokenizer(Vocab()).from_bytes(data)


def test_parts_can_be_excluded():
    split = Tokenizer(Vocab()).from_bytes(tokenizer().to_bytes(exclude=["infix_finditer", "exceptions"]))
    assert words(split("(a-b don't")) == ["(", "a-b", "don't"]


@pytest.mark.parametrize("method", ["match", "fullmatch", "search"])
@pytest.mark.parametrize("name", ["token_match", "prefix_search"])
def test_whatever_method_is_a_rule_does_the_same_after_loading(name, method):
    if (name, method) == ("token_match", "search"):
        method = "fullmatch"
    pattern = re.compile(r"\(a|b\)")
    split = Tokenizer(Vocab(), suffix_search=re.compile(r"\)\Z").search, **{name: getattr(pattern, method)})
    other = Tokenizer(Vocab()).from_bytes(split.to_bytes())
    text = "(a (ab) b) xb) b)b)"
    assert words(other(text)) == words(split(text))


def test_a_function_of_ones_own_is_not_lost_in_silence():
    split = tokenizer(token_match=lambda text: None)
    with pytest.warns(KernelWarning, match="token_match is not saved"):
        data = split.to_bytes()
    assert split.to_bytes(exclude=["token_match"]) == data
    function = re.compile("x").match
    assert tokenizer(token_match=function).from_bytes(data).token_match is function


def starts_with_x(text):
    return text.startswith("x")


def test_a_function_of_ones_own_is_pickled():
    split = pickle.loads(pickle.dumps(tokenizer(token_match=starts_with_x)))
    assert words(split("x(a) (a)")) == ["x(a)", "(", "a", ")"]


def test_a_tokenizer_can_be_pickled():
    assert words(pickle.loads(pickle.dumps(tokenizer()))("(don't")) == ["(", "do", "n't"]
