import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import DataError, WrongType
from kernel.tokens import Doc, DocBin
from kernel.tokens.doc_bin import inflated
from kernel.vocab import Vocab

from .strategies import content, docs

VOCAB = Vocab()


@given(st.lists(docs(VOCAB), max_size=4))
def test_doc_bin_round_trip(many):
    data = DocBin(docs=many).to_bytes()
    again = list(DocBin().from_bytes(data).get_docs(Vocab()))
    assert [content(doc) for doc in again] == [content(doc) for doc in many]
    assert DocBin(docs=again).to_bytes() == data
    assert DocBin().from_bytes(data).to_bytes() == data


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
    import srsly

    message = srsly.msgpack_loads(zlib.decompress(DocBin(docs=[doc]).to_bytes()))
    for change in ({"spaces": b""}, {"tokens": b"123"}, {"attrs": None}):
        data = zlib.compress(srsly.msgpack_dumps({**message, **change}))
        with pytest.raises(DataError, match="broken"):
            DocBin().from_bytes(data)
    data = zlib.compress(srsly.msgpack_dumps({**message, "strings": []}))
    with pytest.raises(DataError, match="no string for the number"):
        list(DocBin().from_bytes(data).get_docs(Vocab()))


def test_all_texts_of_a_bin(doc):
    doc = Doc(VOCAB, ["a", "b"], tags=["X", "Y"])
    doc.cats = {"c": 1.0}
    assert {"a", "b", "X", "Y", "c"} <= DocBin(docs=[doc]).texts()


def test_data_that_become_too_much_are_refused_before_they_do():
    bomb = zlib.compress(bytes(50_000_000))
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match="bytes that become more than 1,000,000"):
            inflated(bomb, 1_000_000)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4_000_000
    assert inflated(zlib.compress(bytes(1_000_000)), 1_000_000) == bytes(1_000_000)


@pytest.mark.slow
def test_a_file_that_becomes_too_much_is_named(tmp_path):
    path = tmp_path / "a.spacy"
    path.write_bytes(zlib.compress(bytes(1 << 30)))
    with pytest.raises(DataError, match="a.spacy: .* bytes that become more than 268,435,456"):
        DocBin().from_disk(path)


def test_a_document_that_cannot_be_stored_leaves_the_others_as_they_were():
    vocab, store = Vocab(), DocBin(store_user_data=True)
    for word, value in (("a", 1), ("b", object()), ("c", 3)):
        doc = Doc(vocab, words=[word], user_data={"value": value})
        if word == "b":
            with pytest.raises(
                WrongType, match="the document 'b ' can't be stored: its user data 'value': .*'object'"
            ):
                store.add(doc)
        else:
            store.add(doc)
    found = DocBin().from_bytes(store.to_bytes()).get_docs(vocab)
    assert [(doc.text, doc.user_data) for doc in found] == [("a ", {"value": 1}), ("c ", {"value": 3})]


def test_only_documents_are_added():
    with pytest.raises(WrongType, match="a DocBin holds Docs, not str"):
        DocBin(docs=["text"])


def test_writing_takes_no_more_memory_than_the_documents():
    """And the bytes don't tell in how many parts the tokens were."""
    doc = Doc(VOCAB, words=[f"w{number % 300}" for number in range(2000)], tags=["N", "V"] * 1000)
    bin_ = DocBin(docs=[doc] * 100)
    held = 100 * 2000 * (8 * len(bin_.attrs) + 1)
    bin_.texts()
    tracemalloc.start()
    try:
        size = sum(map(len, bin_.pieces()))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    # Nothing that is as long as the message: finding its strings takes a few numbers a token.
    assert peak < held / 2
    data = bin_.to_bytes()
    assert len(data) == size and DocBin().from_bytes(data).to_bytes() == data
