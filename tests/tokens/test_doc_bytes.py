"""Documents as bytes and pickled."""

import pickle

import numpy as np
import pytest
from hypothesis import given

from kernel.errors import DataError, WrongType
from kernel.tokens import Doc, DocBin
from kernel.vocab import Vocab

from .strategies import content, docs

VOCAB = Vocab()


@given(docs(VOCAB))
def test_bytes_round_trip(doc):
    data = doc.to_bytes()
    again = Doc(Vocab()).from_bytes(data)
    assert content(again) == content(doc)
    assert again.to_bytes() == data


@given(docs(VOCAB))
def test_pickle_round_trip(doc):
    assert content(pickle.loads(pickle.dumps(doc))) == content(doc)


def test_tensor_and_user_data_travel(doc, tmp_path):
    Doc.set_extension("note", default=None)
    try:
        doc.tensor = np.ones((8, 2), dtype=np.float32)
        doc._.note = {"a": [1]}
        doc.user_data["key", 1] = "x"
        doc.to_disk(tmp_path / "doc")
        again = Doc(Vocab()).from_disk(tmp_path / "doc")
        assert again.tensor.tolist() == doc.tensor.tolist()
        assert again._.note == {"a": [1]} and again.user_data["key", 1] == "x"
        (stored,) = DocBin().from_bytes(DocBin(docs=[doc], store_user_data=True).to_bytes()).get_docs(Vocab())
        assert stored._.note == {"a": (1,)} and stored.user_data["key", 1] == "x"
        (bare,) = DocBin().from_bytes(DocBin(docs=[doc]).to_bytes()).get_docs(Vocab())
        assert bare.user_data == {}
    finally:
        Doc.remove_extension("note")
    without = Doc(Vocab()).from_bytes(doc.to_bytes(exclude=["tensor", "user_data"]))
    assert len(without.tensor) == 0 and without.user_data == {}


def test_bytes_of_something_else_are_refused(vocab):
    import srsly

    with pytest.raises(DataError, match="not a document"):
        Doc(vocab).from_bytes(srsly.msgpack_dumps({"a": 1}))


def test_text_with_lone_surrogates_survives():
    doc = Doc(Vocab(), words=["a\ud800b", "c"], tags=["\udfff", ""])
    for back in (
        next(DocBin().from_bytes(DocBin(docs=[doc]).to_bytes()).get_docs(Vocab())),
        Doc(Vocab()).from_bytes(doc.to_bytes()),
    ):
        assert (back.text, back[0].tag_) == (doc.text, "\udfff")


def test_user_data_that_cannot_be_stored_is_named(doc):
    Doc.set_extension("friend", default=None)
    try:
        doc._.friend = {"a": [object()]}
        with pytest.raises(WrongType, match="can't be stored: its extension attribute 'friend': .*'object'"):
            doc.to_bytes()
        assert Doc(Vocab()).from_bytes(doc.to_bytes(exclude=["user_data"])).words() == doc.words()
    finally:
        Doc.remove_extension("friend")
