"""JSON Lines and `.spacy` files hold everything of a document."""

import json
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from kernel_readers.converters import jsonl, spacy
from kernel_readers.writers import brief
from kernel_readers.writers import jsonl as jsonl_writer
from kernel_readers.writers import spacy as spacy_writer

from kernel import blank
from kernel.errors import DataError
from kernel.tokens import Doc, DocBin
from kernel.vocab import Vocab

from .documents import as_bytes, documents


def written(docs, make=jsonl_writer, others=()):
    target = BytesIO()
    make().write(zip(docs, others or [{}] * len(docs), strict=True), target)
    return target.getvalue()


def everything(docs):
    """What a `.spacy` file would store, which two documents may be compared by."""
    stored = DocBin(docs=docs, store_user_data=True)
    vocab = Vocab()
    (doc,) = DocBin().from_bytes(stored.to_bytes()).get_docs(vocab)
    data = {key: value for key, value in doc.user_data.items()}
    doc.user_data.clear()
    return stored.attrs, as_bytes(doc), json.dumps(sorted(map(str, data))), json.dumps(list(data.values()))


@settings(max_examples=60, deadline=None)
@given(documents())
def test_json_lines_give_the_same_document(tmp_path_factory, doc):
    path = tmp_path_factory.mktemp("lines") / "a.jsonl"
    path.write_bytes(written([doc]))
    (back,) = jsonl()(path, blank("xx"))
    assert everything([back]) == everything([doc])
    assert written([back]) == written([doc])


@settings(max_examples=15, deadline=None)
@given(documents())
def test_the_binary_format_gives_the_same_document(tmp_path_factory, doc):
    path = tmp_path_factory.mktemp("store") / "a.spacy"
    path.write_bytes(written([doc], spacy_writer))
    (back,) = spacy()(path, blank("xx"))
    assert everything([back]) == everything([doc])


def test_a_plain_document_has_no_rest():
    doc = Doc(Vocab(), words=["Anna", "sings"], spaces=[True, False], ents=["B-PER", "O"])
    record = json.loads(written([doc]))
    assert set(record) == {"text", "ents", "tokens"}


def test_keys_of_the_record_are_kept():
    doc = Doc(Vocab(), words=["Anna"], spaces=[False])
    assert json.loads(written([doc], others=[{"id": 7}])) == {
        "id": 7,
        "text": "Anna",
        "tokens": [{"id": 0, "start": 0, "end": 4}],
    }


def test_values_that_json_has_not_are_told():
    doc = Doc(Vocab(), words=["a"])
    doc.user_data.update({"array": np.zeros(2), "numbers": {1: 2}, "fine": [1]})
    with pytest.warns(
        match=r"JSON Lines can't hold, and the output lacks: 1 user data 'array' \(in 1 of 1 documents\), 1 user data 'numbers'"
    ):
        assert json.loads(written([doc]))["rest"]["user_data"] == [["fine", [1]]]


def test_for_people_it_is_brief():
    doc = Doc(Vocab(), words=["a", "b"])
    assert json.loads(written([doc], brief)) == {"text": "a b "}
    doc.user_data["x"] = 1
    with pytest.warns(match="brief JSON Lines can't hold, and the output lacks: 1 user data"):
        written([doc], brief)


TOKENS = '"tokens": [{"id": 0, "start": 0, "end": 1}, {"id": 1, "start": 2, "end": 3}]'


@pytest.mark.parametrize(
    ("rest", "message"),
    [
        ("[]", ":1: 'rest' must be an object"),
        ('{"more": 1}', ":1: 'rest' has 'more'; known are unknown_spaces, sent_starts, missing, blocked"),
        (
            '{"missing": [2]}',
            ":1: rest.missing doesn't fit the document of 2 tokens: expected numbers of tokens",
        ),
        ('{"missing": 1}', ":1: rest.missing doesn't fit the document of 2 tokens"),
        ('{"sent_starts": [1]}', ":1: rest.sent_starts doesn't fit the document of 2 tokens"),
        (
            '{"sent_starts": [1, 7]}',
            ":1: rest.sent_starts doesn't fit the document of 2 tokens: expected 1, 0 and -1",
        ),
        ('{"norms": [[5, "a"]]}', ":1: rest.norms doesn't fit"),
        ('{"span_attrs": {"sc": {}}}', ":1: rest.span_attrs doesn't fit"),
        ('{"unknown_morphs": [0]}', ":1: rest.unknown_morphs doesn't fit"),
        ('{"user_data": {"a": 1}}', ":1: rest.user_data doesn't fit"),
    ],
)
def test_a_malformed_rest(tmp_path, rest, message):
    path = tmp_path / "a.jsonl"
    path.write_text(f'{{"text": "a b", {TOKENS}, "rest": {rest}}}\n')
    with pytest.raises(DataError) as caught:
        list(jsonl()(path, blank("xx")))
    assert message in str(caught.value)


@pytest.mark.parametrize("places", [[(0, 1), (4, 5)], [(0, 3), (2, 5)], [(4, 5), (0, 1)]])
def test_tokens_that_leave_text_out_or_overlap(tmp_path, places):
    tokens = [{"id": number, "start": start, "end": end} for number, (start, end) in enumerate(places)]
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"text": "a b c", "tokens": tokens}) + "\n")
    with pytest.raises(DataError, match="doesn't follow the one before it"):
        list(jsonl()(path, blank("xx")))


def test_a_document_without_words(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(written([Doc(Vocab()), Doc(Vocab(), words=["a"])]))
    assert [len(doc) for doc in jsonl()(path, blank("xx"))] == [0, 1]


def test_scores_of_spans_come_back_as_they_were(tmp_path):
    doc = Doc(Vocab(), words=["Anna", "sings"])
    doc.spans["sc"] = [doc[0:1], doc[0:2]]
    doc.spans["sc"].attrs = {"scores": np.array([0.1, 0.75], dtype=np.float32), "by": "spancat"}
    path = tmp_path / "a.jsonl"
    path.write_bytes(written([doc]))
    (back,) = jsonl()(path, blank("xx"))
    attrs = back.spans["sc"].attrs
    assert (
        attrs["scores"].dtype == np.float32
        and attrs["scores"].tolist() == doc.spans["sc"].attrs["scores"].tolist()
    )
    assert attrs["by"] == "spancat"
    assert written([back]) == path.read_bytes()


def test_attributes_of_spans_that_are_lost_are_named():
    doc = Doc(Vocab(), words=["Anna"])
    doc.spans["sc"] = [doc[0:1]]
    doc.spans["sc"].attrs = {"odd": {1, 2}, "scores": np.ones(1)}
    with pytest.warns(match=r"1 attributes 'odd' of the spans 'sc' \(in 1 of 1 documents\)$"):
        record = json.loads(written([doc]))
    assert record["rest"]["span_attrs"] == {"sc": {"scores": {"array": [1.0], "dtype": "float64"}}}
    with pytest.warns(match="brief JSON Lines can't hold.*attributes 'scores' of the spans 'sc'"):
        written([doc], brief)
