"""A token's place in its tree: setting it, and trees that nobody has annotated. What is asked of trees: test_heads.py."""

import pytest

from kernel.errors import DataError
from kernel.tokens import Doc


def test_a_head_can_be_set_and_must_be_of_the_document(doc):
    doc[5].head = doc[1]
    assert doc[5].head == doc[1] and doc[5] in list(doc[1].children)
    with pytest.raises(DataError, match="a token of the same document"):
        doc[0].head = doc.copy()[1]
    with pytest.raises(DataError, match="cycle"):
        doc[1].head = doc[0]
    assert doc[1].head == doc[1]


def test_without_annotations_every_token_is_its_own_root(vocab):
    token = Doc(vocab, words=["a", "b"])[0]
    assert token.head == token and not token.has_head() and not token.has_dep()
    assert list(token.children) == [] and list(token.ancestors) == []


def test_conjuncts_are_the_others_of_a_coordination(vocab):
    words = ["apples", ",", "pears", "and", "plums", "or", "figs", "fell"]
    heads = [7, 0, 0, 2, 2, 4, 4, 7]
    deps = ["nsubj", "punct", "conj", "cc", "conj", "cc", "conj", "ROOT"]
    doc = Doc(vocab, words, heads=heads, deps=deps)
    together = ["apples", "pears", "plums", "figs"]
    for word in together:
        token = doc[words.index(word)]
        assert [other.text for other in token.conjuncts] == [each for each in together if each != word]
    assert doc[7].conjuncts == () and doc[0:2].conjuncts == doc[0].conjuncts
