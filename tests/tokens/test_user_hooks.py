"""What the owner of a document says in place of what is computed."""

import pickle

import numpy as np
import pytest

from kernel.errors import KernelWarning
from kernel.tokens import Doc
from kernel.tokens.user_hooks import OwnersSay


def pairs(doc):
    return [doc[start : start + 2] for start in range(0, len(doc), 2)]


def test_sentences(plain):
    plain.user_hooks["sents"] = pairs
    assert [sent.text for sent in plain.sents] == ["I like", "New York", "in Autumn"]
    assert [sent.text for sent in plain[1:3].sents] == ["I like", "New York"]
    assert [sent.text for sent in plain[2:2].sents] == ["New York"]
    assert plain[3].sent.text == plain[3:5].sent.text == "New York"
    plain.user_span_hooks["sent"] = lambda span: span
    plain.user_span_hooks["sents"] = lambda span: [span]
    assert plain[3:5].sent == plain[3:5] and list(plain[3:5].sents) == [plain[3:5]]
    plain.user_token_hooks["sent"] = lambda token: token.doc[0:1]
    assert plain[3].sent.text == "I"


@pytest.mark.parametrize("table", ["user_hooks", "user_span_hooks", "user_token_hooks"])
def test_vectors(plain, table):
    one = {"user_hooks": plain, "user_span_hooks": plain[0:2], "user_token_hooks": plain[0]}[table]
    hooks = getattr(plain, table)
    assert not one.has_vector
    hooks["vector"] = lambda it: np.array([3.0, 4.0])
    assert one.vector.tolist() == [3, 4] and one.vector_norm == 5
    hooks["vector_norm"] = lambda it: 7
    hooks["has_vector"] = lambda it: True
    hooks["similarity"] = lambda it, other: 0.25
    assert (one.vector_norm, one.has_vector, one.similarity(None)) == (7, True, 0.25)


def test_conjuncts(doc):
    doc.user_token_hooks["conjuncts"] = lambda token: [token.nbor()]
    assert doc[0].conjuncts == (doc[1],)


def test_a_document_can_be_given_a_vector(plain):
    plain.vector = np.array([3.0, 4.0])
    assert plain.has_vector and plain.vector_norm == 5
    assert plain.copy().vector.tolist() == [3, 4]
    assert plain.similarity(Doc(plain.vocab, ["I", "like", "New", "York", "in", "Autumn"])) == 1


def test_a_copy_has_hooks_of_its_own(plain):
    plain.user_hooks["sents"] = pairs
    copy = plain.copy()
    copy.user_hooks.clear()
    assert len(list(plain.sents)) == 3


def test_hooks_go_through_pickles_but_not_into_files(plain):
    plain.user_hooks["sents"] = pairs
    assert len(list(pickle.loads(pickle.dumps(plain)).sents)) == 3
    with pytest.warns(KernelWarning, match="user hooks of a Doc are functions, which are not saved"):
        data = plain.to_bytes()
    assert Doc(plain.vocab).from_bytes(data).user_hooks == {}
    plain.to_bytes(exclude=["user_hooks"])


def test_most_documents_have_none():
    said = OwnersSay()
    assert not said.has_hooks()
    said.token["sent"] = len
    assert said.has_hooks() and said.copy() == said
