"""Documents as JSON."""

import json

import pytest
from hypothesis import given

from kernel.errors import DataError
from kernel.tokens import Doc
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
