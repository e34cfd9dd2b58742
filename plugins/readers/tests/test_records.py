"""Records of other tools: what they hold is read, and what isn't read is said once."""

import json
import logging

import pytest
from kernel_readers.formats.jsonl import read

from kernel.errors import DataError, KernelWarning
from kernel.tokens import Doc, Span

TEXT = "Ada Lovelace lives in Paris."
BOTH = [("Ada Lovelace", "PERSON"), ("Paris", "CITY")]


@pytest.fixture
def docs(write, nlp):
    def load(*records, name="a.jsonl"):
        if name.endswith(".json"):
            return list(read(write(name, json.dumps(list(records))), nlp))
        return list(read(write(name, *map(json.dumps, records)), nlp))

    return load


def entities(doc):
    """Text and label of each entity; None where entities are not annotated."""
    return [(ent.text, ent.label_) for ent in doc.ents] if doc.has_annotation("ENT_IOB") else None


def region(start, end, label, kind="labels"):
    return {"type": kind, "value": {"start": start, "end": end, "text": "", "labels": [label]}, "id": "x1"}


FORMS = {
    "triples": {"spans": [[0, 12, "PERSON"], [22, 27, "CITY"]]},
    "written by apply": {
        "ents": [{"start": 0, "end": 12, "label": "PERSON"}, {"start": 22, "end": 27, "label": "CITY"}]
    },
    "doccano": {"label": [[22, 27, "CITY"], [0, 12, "PERSON"]]},
    "old doccano": {"labels": [[0, 12, "PERSON"], [22, 27, "CITY"]]},
    "doccano with relations": {
        "entities": [
            {"id": 1, "label": "PERSON", "start_offset": 0, "end_offset": 12},
            {"id": 2, "label": "CITY", "start_offset": 22, "end_offset": 27},
        ],
        "relations": [],
    },
    "label studio, min": {
        "label": [
            {"start": 0, "end": 12, "text": "Ada Lovelace", "labels": ["PERSON"]},
            {"start": 22, "end": 27, "text": "Paris", "labels": ["CITY"]},
        ]
    },
    "an empty list beside": {"spans": [], "entities": [[0, 12, "PERSON"], [22, 27, "CITY"]]},
    "a null beside": {"spans": None, "entities": [[0, 12, "PERSON"], [22, 27, "CITY"]]},
    "the same twice": {
        "spans": [[0, 12, "PERSON"], [22, 27, "CITY"]],
        "entities": [[22, 27, "CITY"], [0, 12, "PERSON"]],
    },
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_entities_in_every_form(docs, form):
    (doc,) = docs({"text": TEXT, **form})
    assert entities(doc) == BOTH
    assert not any(ent.id_ for ent in doc.ents)


def test_text_under_data_as_doccano_has_it(docs):
    (doc,) = docs({"data": TEXT, "label": [[0, 12, "PERSON"], [22, 27, "CITY"]]})
    assert entities(doc) == BOTH


def test_label_studio_tasks(docs):
    def task(*results, **more):
        return {"data": {"text": TEXT}, "annotations": [{"result": list(results), **more}]}

    choice = {"type": "choices", "value": {"choices": ["GOOD"]}}
    found = docs(
        task(region(0, 12, "PERSON"), region(22, 27, "CITY")),
        task(choice),
        task(),
        task(region(0, 3, "X"), was_cancelled=True),
        {"data": {"text": TEXT}, "annotations": []},
        {"data": {"text": TEXT}, "completions": [{"result": [region(22, 27, "CITY")]}]},
        name="tasks.json",
    )
    assert [entities(doc) for doc in found] == [BOTH, None, [], None, [("Paris", "CITY")]]
    assert [doc.cats for doc in found] == [{}, {"GOOD": 1.0}, {}, {}, {}]


def test_what_is_not_read_of_label_studio_is_counted(docs):
    results = [region(0, 12, "PERSON"), {"type": "rating", "value": {"rating": 3}}]
    with pytest.warns(KernelWarning) as caught:
        docs({"data": {"text": TEXT}, "annotations": [{"result": results}, {"result": []}]})
    messages = " | ".join(str(warning.message) for warning in caught)
    assert "1 results of the type 'rating' are not read (the first: line 1)" in messages
    assert "1 records have several annotations; the first is read" in messages


@pytest.mark.parametrize("name", ["pairs.json", "pairs.jsonl", "pairs.JSON"])
def test_pairs_of_text_and_annotations(docs, name):
    (first, second) = (
        docs(
            [TEXT, {"entities": [[0, 12, "PERSON"], [22, 27, "CITY"]]}],
            ["Stop.", {"cats": {"A": 1}}],
            name=name,
        )
        if name != "pairs.JSON"
        else docs_of_list(docs)
    )
    assert entities(first) == BOTH
    assert second.cats == {"A": 1.0}


def docs_of_list(docs):
    return docs(
        [TEXT, {"entities": [[0, 12, "PERSON"], [22, 27, "CITY"]]}],
        ["Stop.", {"cats": {"A": 1}}],
        name="p.json",
    )


def test_an_object_that_holds_all_pairs(write, nlp):
    pairs = {"classes": ["X"], "annotations": [["Ada", {"entities": [[0, 3, "X"]]}], None]}
    (doc,) = read(write("a.json", json.dumps(pairs)), nlp)
    assert entities(doc) == [("Ada", "X")]


def test_an_object_a_line_in_a_json_file(write, nlp):
    path = write("a.json", '{"text": "a"}', '{"text": "b"}')
    assert [doc.text for doc in read(path, nlp)] == ["a", "b"]
    (lone,) = read(write("b.json", '{"text": "a"}'), nlp)
    assert lone.text == "a"


def test_a_list_in_a_jsonl_file_is_told_what_it_is(write, nlp):
    with pytest.raises(DataError, match=r"a.jsonl:1: .*\n.*a .json file"):
        list(read(write("a.jsonl", '[{"text": "a"}]'), nlp))
    with pytest.raises(DataError, match=r"a.jsonl:1: .*\n.*a .json file"):
        list(read(write("a.jsonl", "[", '{"text": "a"}', "]"), nlp))


def test_two_keys_that_contradict_each_other(docs):
    with pytest.raises(DataError, match=r"a.jsonl:1: .* other entities under 'entities' than under 'spans'"):
        docs({"text": TEXT, "spans": [[0, 3, "A"]], "entities": [[0, 3, "B"]]})


def test_category_lists_say_what_does_not_hold(docs):
    found = docs(
        {"text": "a", "label": ["X"]}, {"text": "b", "label": ["Y", "Z"]}, {"text": "c", "label": []}
    )
    assert [doc.cats for doc in found] == [
        {"X": 1, "Y": 0, "Z": 0},
        {"X": 0, "Y": 1, "Z": 1},
        {"X": 0, "Y": 0, "Z": 0},
    ]


def test_an_empty_label_list_means_what_the_others_mean(docs):
    empty, _ = docs({"text": "a", "label": []}, {"text": TEXT, "label": [[0, 3, "X"]]})
    assert entities(empty) == [] and empty.cats == {}
    (alone,) = docs({"text": "a", "label": []})
    assert entities(alone) is None and alone.cats == {}


# Prodigy

REVIEWED = {"_input_hash": 1, "_task_hash": 2, "answer": "accept"}
TOKENS = [{"text": "Ada", "start": 0, "end": 3, "id": 0}]


def test_reviewed_texts_without_spans_have_no_entity(docs):
    found = docs(
        {"text": "Ada", "tokens": TOKENS, **REVIEWED},
        {"text": "Ada", "tokens": TOKENS, "spans": None, **REVIEWED},
        {"text": "Ada", "_view_id": "ner_manual", **REVIEWED},
    )
    assert [entities(doc) for doc in found] == [[], [], []]


@pytest.mark.parametrize(
    "more",
    [
        {"answer": None, "tokens": TOKENS},
        {"tokens": TOKENS, "label": "X"},
        {"tokens": TOKENS, "_view_id": "classification", "label": "X"},
        {"tokens": TOKENS, "options": [{"id": "X"}], "accept": ["X"]},
        {},
    ],
    ids=["not answered", "a label", "a view of texts", "options", "nothing"],
)
def test_other_answers_say_nothing_of_entities(docs, more):
    (doc,) = docs({"text": "Ada", **REVIEWED, **more})
    assert entities(doc) is None


def highlight(**more):
    return [{"start": 0, "end": 3, **more}]


@pytest.mark.parametrize(
    ("more", "cats", "found"),
    [
        ({"_view_id": "classification", "spans": highlight(label="X")}, {"X": 1}, None),
        ({"spans": highlight(label="X", pattern=3)}, {"X": 1}, None),
        ({"spans": highlight(pattern=3)}, {"X": 1}, None),
        ({"spans": highlight()}, {"X": 1}, None),
        ({"spans": []}, {"X": 1}, []),
        ({"spans": highlight(label="P")}, {"X": 1}, [("Ada", "P")]),
        ({"_view_id": "ner", "spans": highlight(label="X")}, {}, [("Ada", "X")]),
    ],
)
def test_a_label_beside_spans(docs, recwarn, more, cats, found):
    (doc,) = docs({"text": "Ada", "label": "X", "answer": "accept", **more})
    assert doc.cats == cats
    assert entities(doc) == found


def test_a_rejected_label_beside_highlights(docs):
    rejected = {"text": "Ada", "label": "X", "answer": "reject"}
    found = docs(rejected, {**rejected, "spans": []}, {**rejected, "spans": highlight(label="X", pattern=1)})
    assert [doc.cats for doc in found] == [{"X": 0.0}] * 3


# What the kernel writes itself


@pytest.fixture
def annotated(nlp):
    doc = Doc(
        nlp.vocab,
        words=["Ada", "ran", ".", "Bob", "sat"],
        spaces=[True, False, True, True, False],
        tags=["N", "V", ".", "N", "V"],
        pos=["PROPN", "VERB", "PUNCT", "PROPN", "VERB"],
        lemmas=["Ada", "run", ".", "Bob", "sit"],
        morphs=["Number=Sing", "", "", "", ""],
        heads=[1, 1, 1, 4, 4],
        deps=["nsubj", "ROOT", "punct", "nsubj", "ROOT"],
    )
    doc.set_ents([Span(doc, 0, 1, "PERSON", kb_id="Q1", span_id="e1")])
    doc.cats = {"A": 1.0, "B": 0.5}
    doc.spans["sc"] = [Span(doc, 0, 2, "X"), Span(doc, 1, 3, "Y")]
    return doc


def test_documents_as_json_come_back(docs, annotated):
    (back,) = docs(annotated.to_json())
    assert back.to_json() == annotated.to_json()


def test_documents_as_json_without_tokens(docs, annotated):
    shown = annotated.to_json()
    del shown["tokens"]
    (back,) = docs(shown)
    assert {key: value for key, value in back.to_json().items() if key != "tokens"} == shown


def test_documents_with_sentences_only(docs, nlp):
    doc = Doc(nlp.vocab, words=["a", "b", "c"], sent_starts=[True, False, True])
    (back,) = docs(doc.to_json())
    assert [sent.text for sent in back.sents] == ["a b", "c"]


# What is not read


def test_unread_keys_are_named_once_with_counts(docs):
    with pytest.warns(KernelWarning) as caught:
        docs(
            {"text": "a", "sentiment": 1, "author": 1},
            {"text": "b", "sentiment": 2},
            {"text": "c", "other": []},
        )
    assert [str(warning.message).partition(": ")[2] for warning in caught] == [
        "keys that are not read, of 3 records: 'author' (1), 'sentiment' (2)"
    ]


def test_what_prodigy_keeps_beside_is_a_note(docs, caplog):
    with caplog.at_level(logging.INFO, "kernel"):
        docs({"text": "a", "meta": {"source": 1}, "_task_hash": 3})
    assert [record.message.partition(": ")[2] for record in caplog.records] == [
        "keys that are not read, of 1 record: '_task_hash' (1), 'meta' (1)"
    ]


def test_records_that_were_rejected_are_counted(docs, caplog):
    with caplog.at_level(logging.INFO, "kernel"):
        docs({"text": "a", "spans": [], "answer": "reject"}, {"text": "b"})
    assert "1 records that were rejected or ignored are left out (the first: line 1)" in caplog.text


def test_a_record_without_text_says_what_it_has(docs):
    with pytest.raises(DataError, match=r"a.jsonl:1: .* 'text'\nIt has: 'body', 'id'"):
        docs({"body": "a", "id": 1})


@pytest.mark.parametrize(
    "record",
    [
        {"text": "Ada", "spans": [[0, 3, "\ud800"]]},
        {"text": "Ada", "spans": [{"start": 0, "end": 3, "label": "a\udfff"}]},
        {"text": "Ada", "cats": {"\ud800": 1}},
        {"text": "Ada", "words": ["Ada"], "tags": ["\ud800"]},
        {"text": "Ada", "label": "\ud800"},
        {"text": "Ada", "ents": [{"start": 0, "end": 3, "label": "X", "kb_id": "\ud800"}]},
        {"text": "Ada", "spans": {"\ud800": []}},
    ],
)
def test_half_of_a_surrogate_pair_anywhere(docs, record):
    with pytest.raises(DataError, match=r"a.jsonl:2: .*half of a surrogate pair"):
        docs({"text": "fine \U0001f600"}, record)


@pytest.mark.parametrize("name", ["a.jsonl", "a.json"])
def test_numbers_of_too_many_digits(write, nlp, name):
    content = f'{{"text": "Ada", "cats": {{"A": {"9" * 5000}}}}}'
    with pytest.raises(DataError, match=r"a.json.*: not valid JSON: a number of too many digits"):
        list(read(write(name, content if name == "a.jsonl" else f"[{content}]"), nlp))


@pytest.mark.parametrize(
    "record",
    [
        {"cats": {"A": 10**400}},
        {"cats": {"A": float("inf")}},
        {"cats": {"A": None}},
        {"spans": [[0, float("inf"), "X"]]},
        {"spans": [[0, True, "X"]]},
        {"spans": [[0, 10**300, "X"]]},
        {"words": ["Ada"], "heads": [10**30]},
        {"words": ["Ada"], "heads": [-1]},
        {"words": ["A", "da"], "heads": [0, None]},
        {"words": ["Ada", None]},
        {"words": ["Ada"], "spaces": [None]},
        {"words": ["Ada"], "sent_starts": [9]},
        {"words": ["Ada"], "pos": [3]},
        {"tokens": [{"start": 0, "end": 10**30}], "ents": []},
        {"tokens": [{"start": 0, "end": 3, "tag": 5}]},
        {"ents": [], "sents": [{"start": None}]},
        {"options": [None], "accept": [None]},
        {"spans": {"sc": None}},
        {"spans": {"sc": [[0, 99, "X"]]}},
        {"words": ["Ada"], "entities": 3},
    ],
    ids=str,
)
def test_values_that_cannot_be(docs, record):
    with pytest.raises(DataError, match=r"a.jsonl:1: "):
        docs({"text": "Ada", **record})
