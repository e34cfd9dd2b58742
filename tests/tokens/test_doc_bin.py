import json
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import DataError
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


@given(st.lists(docs(VOCAB), max_size=4))
def test_doc_bin_round_trip(many):
    data = DocBin(docs=many).to_bytes()
    again = list(DocBin().from_bytes(data).get_docs(Vocab()))
    assert [content(doc) for doc in again] == [content(doc) for doc in many]
    assert DocBin(docs=again).to_bytes() == data
    assert DocBin().from_bytes(data).to_bytes() == data


@given(docs(VOCAB))
def test_json_round_trip(doc):
    data = json.loads(json.dumps(doc.to_json()))
    again = Doc(Vocab()).from_json(data)
    assert again.text == doc.text
    assert again.to_json() == data


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


def test_extension_attributes_in_json(doc):
    from kernel.tokens import Span

    Doc.set_extension("topic", default=None)
    Span.set_extension("good", default=None)
    try:
        doc._.topic = "weather"
        doc[2:4]._.good = 1
        data = doc.to_json(underscore=["topic", "good"])
        assert data["_"] == {"topic": "weather"}
        again = Doc(Vocab()).from_json(data)
        assert again._.topic == "weather" and again[2:4]._.good == 1
        doc._.topic = object()
        with pytest.raises(DataError, match="topic"):
            doc.to_json(underscore=["topic"])
    finally:
        Doc.remove_extension("topic")
        Span.remove_extension("good")


def test_json_is_the_fields_form(doc):
    data = doc.to_json()
    assert data["text"] == "I saw New York. It rains!"
    assert data["ents"] == [{"start": 6, "end": 14, "label": "GPE"}]
    assert data["sents"][0] == {"start": 0, "end": 15}
    assert data["tokens"][3] == {
        "id": 3,
        "start": 10,
        "end": 14,
        "tag": "NNP",
        "pos": "PROPN",
        "lemma": "York",
        "dep": "dobj",
        "morph": "",
        "head": 1,
    }


def test_stored_attributes_can_be_chosen(doc):
    bin_ = DocBin(attrs=["TAG", "SPACY"], docs=[doc])
    assert bin_.attrs == [65, 75]
    (again,) = bin_.get_docs(Vocab())
    assert [token.tag_ for token in again] == [token.tag_ for token in doc]
    assert again.text == doc.text and not again.ents
    with pytest.raises(DataError, match="IDX"):
        DocBin(attrs=["IDX"])


def test_heads_without_sentence_starts(doc):
    (again,) = DocBin(attrs=["HEAD", "DEP"], docs=[doc]).get_docs(Vocab())
    assert [sent.text for sent in again.sents] == [sent.text for sent in doc.sents]


def test_merging(doc):
    first, second = DocBin(docs=[doc]), DocBin(docs=[doc, Doc(doc.vocab, ["other"])])
    first.merge(DocBin().from_bytes(second.to_bytes()))
    assert [each.text for each in first.get_docs(Vocab())] == [doc.text, doc.text, "other "]
    assert len(DocBin().from_bytes(first.to_bytes())) == 3
    with pytest.raises(DataError, match="TAG"):
        first.merge(DocBin(attrs=["TAG"]))
    with pytest.raises(DataError, match="user data"):
        first.merge(DocBin(store_user_data=True))


def test_documents_of_several_generations_and_vocabs_are_stored_together():
    vocab = Vocab()
    many = [Doc(vocab, ["one"], lemmas=["uno"])]
    vocab.new_generation()
    many += [Doc(vocab, ["two"], lemmas=["due"]), Doc(Vocab(), ["three"], lemmas=["tre"])]
    bin_ = DocBin(docs=many)
    del many
    again = list(DocBin().from_bytes(bin_.to_bytes()).get_docs(Vocab()))
    assert [doc[0].lemma_ for doc in again] == ["uno", "due", "tre"]


def test_a_document_of_a_bin_can_be_changed_alone():
    bin_ = DocBin(docs=[Doc(VOCAB, ["a"], tags=["X"]), Doc(VOCAB, ["a"], tags=["X"])])
    first, second = bin_.get_docs(Vocab())
    first[0].tag_ = "Y"
    first[0].norm_ = "n"
    assert (second[0].tag_, second[0].norm_) == ("X", "a")


def test_files(tmp_path, doc):
    path = tmp_path / "a.spacy"
    DocBin(docs=[doc]).to_disk(path)
    assert [each.text for each in DocBin().from_disk(path).get_docs(Vocab())] == [doc.text]
    assert [each.name for each in tmp_path.iterdir()] == ["a.spacy"]
    path.write_bytes(b"I-PER nonsense")
    with pytest.raises(DataError, match=r"a\.spacy: not \.spacy data: it isn't zlib"):
        DocBin().from_disk(path)


def test_broken_contents_are_a_data_error(doc):
    import zlib

    import srsly

    message = srsly.msgpack_loads(zlib.decompress(DocBin(docs=[doc]).to_bytes()))
    for change in ({"spaces": b""}, {"tokens": b"123"}, {"attrs": None}):
        data = zlib.compress(srsly.msgpack_dumps({**message, **change}))
        with pytest.raises(DataError, match="broken"):
            DocBin().from_bytes(data)
    data = zlib.compress(srsly.msgpack_dumps({**message, "strings": []}))
    with pytest.raises(DataError, match="no string for the number"):
        list(DocBin().from_bytes(data).get_docs(Vocab()))


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
