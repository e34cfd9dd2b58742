"""Documents as JSON."""

import json

import pytest
from hypothesis import given

from kernel.errors import DataError
from kernel.tokens import Doc, Token, underscore
from kernel.vocab import Vocab

from .strategies import docs

VOCAB = Vocab()


@given(docs(VOCAB))
def test_json_round_trip(doc):
    data = json.loads(json.dumps(doc.to_json()))
    again = Doc(Vocab()).from_json(data)
    assert again.text == doc.text
    assert again.to_json() == data


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


@pytest.mark.parametrize("words", [[], ["Ada"], ["Ada", "went"]])
def test_sentences_and_entities_are_written_when_somebody_set_them(words):
    plain = Doc(VOCAB, words=words).to_json()
    assert "sents" not in plain and "ents" not in plain
    starts, tags = [True, *[False] * len(words)][: len(words)], ["O"] * len(words)
    annotated = Doc(VOCAB, words=words, sent_starts=starts, ents=tags).to_json()
    assert len(annotated["sents"]) == bool(words) and annotated["ents"] == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: data.pop("tokens"), "no list under 'tokens'"),
        (lambda data: data.update(text=5), "no string under 'text'"),
        (lambda data: data["tokens"][2].update(start="6"), r"tokens\[2\]: 'start' is '6', no number"),
        (lambda data: data["tokens"][2].pop("end"), r"tokens\[2\]: 'end' is None, no number"),
        (lambda data: data["tokens"][2].update(tag=1), r"tokens\[2\]: 'tag' is 1, no string"),
        (lambda data: data["ents"][0].pop("label"), r"ents\[0\]: 'label' is None, no string"),
        (lambda data: data.update(sents={}), "'sents' is no list"),
        (lambda data: data.update(spans=[]), "'spans' is no dict"),
        (lambda data: data.update(spans={"x": [5]}), r"x\[0\] is no dict"),
    ],
)
def test_the_form_is_looked_at_if_wanted(doc, change, message):
    data = doc.to_json()
    assert Doc(Vocab()).from_json(data, validate=True).to_json() == data
    change(data)
    with pytest.raises(DataError, match=f"not a document in JSON: {message}"):
        Doc(Vocab()).from_json(data, validate=True)


def test_what_is_no_document_at_all():
    with pytest.raises(DataError, match="expected a dict, not list"):
        Doc(VOCAB).from_json([], validate=True)


def test_all_tokens_have_an_annotation_or_none(doc):
    data = doc.to_json()
    del data["tokens"][1]["morph"]
    with pytest.raises(DataError, match=r"tokens\[1\] has no 'morph', but the first token has"):
        Doc(VOCAB).from_json(data)


def test_an_extension_attribute_that_nobody_has_is_named(doc):
    with underscore.restored():
        Doc.set_extension("size", getter=len)
        Doc.set_extension("does", method=len)
        Token.set_extension("note", default="")
        assert doc.to_json(underscore=["size", "note"])["_"] == {"size": 8}
        with pytest.raises(DataError, match="no extension attribute 'none' is registered"):
            doc.to_json(underscore=["size", "none"])
        with pytest.raises(DataError, match="'does' has a value that JSON can't write"):
            doc.to_json(underscore=["does"])
