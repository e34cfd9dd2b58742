"""JSON lines: annotations of texts and of words, Prodigy's exports."""

import json

import pytest
from kernel_readers.formats.jsonl import read

from kernel.errors import DataError, KernelWarning


@pytest.fixture
def docs(write, nlp):
    def load(*records):
        return list(read(write("a.jsonl", *map(json.dumps, records)), nlp))

    return load


def entities(doc):
    return [(ent.text, ent.label_) for ent in doc.ents]


TEXT = "Ada Lovelace lives in Paris."


@pytest.mark.parametrize("key", ["spans", "entities"])
@pytest.mark.parametrize(
    "form", [lambda s, e, x: [s, e, x], lambda s, e, x: {"start": s, "end": e, "label": x, "token_start": 0}]
)
def test_entities(docs, key, form):
    (doc,) = docs({"text": TEXT, key: [form(22, 27, "CITY"), form(0, 12, "PERSON")]})
    assert entities(doc) == [("Ada Lovelace", "PERSON"), ("Paris", "CITY")]
    assert all(token.ent_iob_ in "BIO" for token in doc)


def test_no_key_is_no_annotation_and_an_empty_list_is_one(docs):
    bare, none = docs({"text": TEXT}, {"text": TEXT, "spans": []})
    assert not bare.has_annotation("ENT_IOB")
    assert {token.ent_iob_ for token in none} == {"O"}


def test_misaligned_entities_leave_their_tokens_open(docs):
    with pytest.warns(KernelWarning, match=r"a.jsonl: 2 entities .*line 1, offset 4: 'X' 'Love'"):
        first, second = docs(
            {"text": TEXT, "spans": [[4, 8, "X"], [22, 27, "CITY"]]}, {"text": TEXT, "spans": [[0, 14, "X"]]}
        )
    assert entities(first) == [("Paris", "CITY")]
    assert [token.ent_iob_ for token in first] == ["O", "", "O", "O", "B", "O"]
    assert [token.ent_iob_ for token in second] == ["", "", "", "O", "O", "O"]


def test_misaligned_beside_an_entity_on_the_same_token(docs):
    with pytest.warns(KernelWarning, match="1 entity"):
        (doc,) = docs({"text": "Ada-Lovelace's x", "spans": [[0, 3, "A"], [4, 6, "B"]]})
    assert ("Ada", "A") in entities(doc) or doc[0].ent_iob_ == ""


def test_categories(docs):
    (doc,) = docs({"text": TEXT, "cats": {"A": 1, "B": 0.25, "C": False}})
    assert doc.cats == {"A": 1.0, "B": 0.25, "C": 0.0}


def test_words_and_their_annotations(docs):
    (doc,) = docs(
        {
            "text": "I don't.",
            "words": ["I", "do", "n't", "."],
            "tags": ["PRP", "VBP", "RB", "."],
            "pos": ["PRON", "AUX", "PART", "PUNCT"],
            "lemmas": ["I", "do", "not", "."],
            "morphs": ["Person=1", "", "", ""],
            "heads": [1, 1, 1, 1],
            "deps": ["nsubj", "ROOT", "neg", "punct"],
        }
    )
    assert doc.text == "I don't."
    assert [token.tag_ for token in doc] == ["PRP", "VBP", "RB", "."]
    assert [token.head.i for token in doc] == [1, 1, 1, 1]
    assert str(doc[0].morph) == "Person=1"


def test_words_are_the_tokenizers_where_only_tags_are_given(docs):
    (doc,) = docs({"text": "Ada ran.", "tags": ["A", "B", None]})
    assert [(token.text, token.tag_) for token in doc] == [("Ada", "A"), ("ran", "B"), (".", "")]


def test_sentence_starts_and_given_spaces(docs):
    (doc,) = docs({"text": "a b", "words": ["a", "b"], "spaces": [True, False], "sent_starts": [1, 1]})
    assert [sent.text for sent in doc.sents] == ["a", "b"]


def test_other_keys_are_left_alone(docs):
    (doc,) = docs({"text": "a", "meta": {"source": 1}, "_task_hash": 3, "tokens": [{"text": "a"}]})
    assert doc.text == "a"


def test_list_in_a_json_file(write, nlp):
    path = write("a.json", json.dumps([{"text": "a"}, {"text": "b", "cats": {"X": 1}}], indent=1))
    assert [doc.text for doc in read(path, nlp)] == ["a", "b"]
    with pytest.raises(DataError, match=r"b.json: expected a list of objects"):
        list(read(write("b.json", '{"txt": "a"}'), nlp))


def test_blank_lines_and_a_byte_order_mark(write, nlp):
    path = write("a.jsonl", b'\xef\xbb\xbf{"text": "a"}\n\n{"text": "b"}')
    assert [doc.text for doc in read(path, nlp)] == ["a", "b"]


# Prodigy


@pytest.mark.parametrize("answer", ["reject", "ignore"])
def test_rejected_and_ignored_entities_are_left_out(docs, answer):
    spans = [{"start": 0, "end": 3, "label": "X"}]
    found = docs(
        {"text": "Ada", "spans": spans, "answer": answer, "label": "X"},
        {"text": "b", "spans": [], "answer": "accept"},
    )
    assert [doc.text for doc in found] == ["b"]


def test_one_label_accepted_rejected_or_ignored(docs):
    found = docs(
        *({"text": answer, "label": "X", "answer": answer} for answer in ("accept", "reject", "ignore"))
    )
    assert [(doc.text, doc.cats) for doc in found] == [("accept", {"X": 1.0}), ("reject", {"X": 0.0})]


def test_options(docs):
    options = [{"id": "A", "text": "a"}, {"id": "B", "text": "b"}, {"id": 3, "text": "c"}]
    found = docs(
        {"text": "x", "options": options, "accept": ["B"], "answer": "accept"},
        {"text": "y", "options": options, "accept": ["A", 3], "answer": "accept"},
        {"text": "z", "options": options, "accept": [], "answer": "reject"},
    )
    assert [doc.cats for doc in found] == [{"A": 0, "B": 1, "3": 0}, {"A": 1, "B": 0, "3": 1}]


@pytest.mark.parametrize(
    ("record", "hint"),
    [
        (
            {"id": "x7", "sentence": "Hi all", "label": "A"},
            "It has: 'id', 'sentence', 'label'. If 'sentence' is the text, rename that key to 'text'.",
        ),
        ({"content": "Hi", "title": "A long one of words"}, "If 'content' is the text"),
        ({"Text": "Hi", "content": "Hi there"}, "If 'Text' is the text"),
        ({"txt": "Hi", "content": "Hi there"}, "If 'txt' is the text"),
        ({"review_body": "Hi", "name": "Ada Lovelace"}, "If 'review_body' is the text"),
        ({"id": "x-17-293-1", "remark": "so it is"}, "If 'remark' is the text"),
        ({"text": None, "sentence": "Hi"}, "It has null there."),
        ({"text": ["a", "b"]}, 'It has ["a", "b"] there.'),
        ({}, "It has no keys."),
        ({"id": 0, "paragraphs": []}, "This is spaCy's JSON of version 2. Name it: format = "),
    ],
)
def test_what_a_record_without_text_has(docs, record, hint):
    with pytest.raises(DataError, match="a.jsonl:1: the record has no string under 'text'") as caught:
        docs(record)
    assert hint in caught.value.hint


def test_no_text_is_guessed_and_few_keys_are_shown(docs):
    with pytest.raises(DataError) as caught:
        docs({f"k{number}": number for number in range(12)})
    assert caught.value.hint == "It has: " + ", ".join(f"'k{number}'" for number in range(10)) + ", ..."


def test_sentences_in_characters(write, nlp):
    sents = [{"start": 0, "end": 8}, {"start": 9, "end": 17}]
    path = write("a.jsonl", json.dumps({"text": "Ada ran. Bob sat.", "sents": sents}))
    (doc,) = read(path, nlp)
    assert [sent.text for sent in doc.sents] == ["Ada ran.", "Bob sat."]
    assert [token.is_sent_start for token in doc] == [True, False, False, True, False, False]
    path = write("b.jsonl", json.dumps({"text": "Ada ran. Bob sat.", "sents": [*sents[1:], {"start": 10}]}))
    with pytest.warns(KernelWarning, match="1 records have sentences that start inside of a token"):
        (doc,) = read(path, nlp)
    assert [sent.text for sent in doc.sents] == ["Ada ran.", "Bob sat."]


def test_sentences_cost_what_the_text_costs(write, nlp, grows_linearly):
    def ask(n):
        sents = [{"start": 8 * i, "end": 8 * i + 7} for i in range(n)]
        path = write(f"{n}.jsonl", json.dumps({"text": "Ada is. " * n, "sents": sents}))
        return lambda: list(read(path, nlp))

    grows_linearly(ask)
