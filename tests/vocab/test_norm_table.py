"""A table of the language gives norms of word forms."""

import pickle

import pytest

from kernel.tokens import Doc
from kernel.vocab import Vocab
from kernel.vocab.norm_table import NORMS, with_norms
from kernel.vocab.strings import hash_string


@pytest.mark.parametrize("key", [str, hash_string])
def test_the_table_comes_before_the_rest(key):
    vocab = Vocab()
    before = Doc(vocab, words=["colour"])
    vocab.lookups = {NORMS: {key("colour"): "color", key("Big"): "large", key("“"): "q", key("none"): ""}}
    assert [t.norm_ for t in Doc(vocab, words=["colour", "Colour", "Big", "“", "”", "none"])] == [
        "color", "colour", "large", "q", '"', "",
    ]  # fmt: skip
    assert before[0].norm_ == "color"
    vocab.lookups = {}
    assert vocab["colour"].norm_ == "colour"


def test_what_is_set_by_hand_wins():
    vocab = Vocab(lookups={NORMS: {"colour": "color"}})
    vocab.set_lexeme_attr("colour", "NORM", "hue")
    assert vocab["colour"].norm_ == "hue"


def test_they_are_saved(tmp_path):
    vocab = Vocab(lookups={NORMS: {"colour": "color"}})
    vocab.to_disk(tmp_path)
    assert Vocab().from_disk(tmp_path)["colour"].norm_ == "color"
    assert pickle.loads(pickle.dumps(vocab))["colour"].norm_ == "color"
    assert Vocab().from_bytes(vocab.to_bytes())["colour"].norm_ == "color"


@pytest.mark.parametrize("lookups", [None, [], {}, {NORMS: None}, {NORMS: {}}, {"other": {"a": "b"}}])
def test_nothing_changes_without_it(lookups):
    assert with_norms(lookups, str.lower) is not None
    assert with_norms(lookups, str.lower)("A") == "a"
