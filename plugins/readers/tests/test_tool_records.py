"""Records of annotation tools that hold more than entities: relations, choices, spans that overlap, several annotators."""

import json
import logging

import pytest
from kernel_readers.converters import auto
from kernel_readers.formats import table
from kernel_readers.formats.jsonl import read

from kernel.errors import DataError, KernelWarning

TEXT = "Ada Byron met Babbage."
WORDS = [("Ada", 0), ("Byron", 4), ("met", 10), ("Babbage", 14), (".", 21)]


@pytest.fixture
def docs(write, nlp):
    def load(*records, name="a.jsonl"):
        content = [json.dumps(list(records))] if name.endswith(".json") else map(json.dumps, records)
        return list(read(write(name, *content), nlp))

    return load


def spans(group):
    return [(span.text, span.label_) for span in group]


def relations(doc):
    return [
        (each["label"], *(doc.text[end["start"] : end["end"]] for end in (each["head"], each["child"])))
        for each in doc.user_data.get("relations", ())
    ]


# Prodigy


def prodigy(**more):
    tokens = [
        {"text": word, "start": start, "end": start + len(word), "id": number, "ws": number not in (3, 4)}
        for number, (word, start) in enumerate(WORDS)
    ]
    hashes = {"_input_hash": 1, "_task_hash": 2, "answer": "accept"}
    return {"text": TEXT, "tokens": tokens, **hashes, **more}


def arrow(head, child, label, *, head_span=None, child_span=None):
    def span(first, last, name=None):
        (_, start), (word, end) = WORDS[first], WORDS[last]
        return {
            "start": start,
            "end": end + len(word),
            "token_start": first,
            "token_end": last,
            "label": name,
        }

    return {
        "head": head,
        "child": child,
        "label": label,
        "head_span": span(*(head_span or (head, head))),
        "child_span": span(*(child_span or (child, child))),
        "color": "#ffd882",
    }


TREE = [arrow(1, 0, "compound"), arrow(2, 1, "nsubj"), arrow(2, 3, "obj"), arrow(2, 4, "punct")]


@pytest.mark.parametrize("more", [[], [arrow(2, 2, "root")]], ids=["no arrow of the root", "one from itself"])
def test_arrows_of_all_tokens_are_heads(docs, more):
    (doc,) = docs(prodigy(relations=[*TREE, *more], _view_id="relations"))
    assert doc.text == TEXT
    assert [token.head.i for token in doc] == [1, 2, 2, 2, 2]
    assert [token.dep_ for token in doc] == ["compound", "nsubj", "ROOT", "obj", "punct"]
    assert not doc.user_data


def test_other_arrows_are_kept(docs):
    spans_of = [
        {"start": 0, "end": 9, "label": "PER", "token_start": 0, "token_end": 1},
        {"start": 14, "end": 21, "label": "PER", "token_start": 3, "token_end": 3},
    ]
    knows = arrow(1, 3, "knows", head_span=(0, 1, "PER"), child_span=(3, 3, "PER"))
    (doc,) = docs(prodigy(relations=[knows], spans=spans_of))
    assert spans(doc.ents) == [("Ada Byron", "PER"), ("Babbage", "PER")]
    assert doc.user_data["relations"] == [
        {
            "label": "knows",
            "head": {"start": 0, "end": 9, "label": "PER"},
            "child": {"start": 14, "end": 21, "label": "PER"},
        }
    ]
    (some,) = docs(prodigy(relations=TREE[:2]))
    assert relations(some) == [("compound", "Byron", "Ada"), ("nsubj", "met", "Byron")]
    assert not some.has_annotation("DEP")
    (two,) = docs(prodigy(relations=[*TREE, arrow(3, 0, "also")]))
    assert len(relations(two)) == 5 and not two.has_annotation("DEP")
    (none,) = docs(prodigy(relations=[]))
    assert not none.user_data


def test_spans_that_may_overlap_are_a_group(docs):
    marked = [{"start": 0, "end": 9, "label": "PER"}, {"start": 0, "end": 3, "label": "NAME"}]
    both, one = docs(
        prodigy(spans=[*marked, {"start": 14, "end": 21, "label": "PER"}], _view_id="spans_manual"),
        prodigy(spans=marked[:1], _view_id="spans_manual"),
    )
    assert spans(both.spans["sc"]) == [("Ada", "NAME"), ("Ada Byron", "PER"), ("Babbage", "PER")]
    assert spans(both.ents) == [("Babbage", "PER")] and not both[0].ent_iob
    assert spans(one.spans["sc"]) == spans(one.ents) == [("Ada Byron", "PER")]


def test_spans_that_overlap_elsewhere_are_said(docs):
    marked = [{"start": 0, "end": 9, "label": "PER"}, {"start": 0, "end": 3, "label": "NAME"}]
    with pytest.warns(KernelWarning, match="2 entities overlap others"):
        docs(prodigy(spans=marked, _view_id="ner_manual"))


OPTIONS = [{"id": "A", "text": "a"}, {"id": "B", "text": "b"}]


@pytest.mark.parametrize(
    ("style", "accept", "cats"),
    [
        ("single", ["B"], {"A": 0, "B": 1}),
        ("multiple", ["A", "B"], {"A": 1, "B": 1}),
        ("multiple", [], {"A": 0, "B": 0}),
    ],
)
def test_choices(docs, style, accept, cats):
    config = {"choice_style": style}
    (doc,) = docs({**prodigy(options=OPTIONS, accept=accept, _view_id="choice"), "config": config})
    assert doc.cats == cats


MALFORMED = {
    "a token that is none": (
        prodigy(relations=[{**TREE[0], "head": 9}]),
        "leads to the token 9, and there are 5",
    ),
    "no number": (prodigy(relations=[{**TREE[0], "child": "0"}]), "leads to the token 0, and there are 5"),
    "no label": (prodigy(relations=[{**TREE[0], "label": None}]), "a relation needs a label, found 'None'"),
    "no tokens": (
        {"text": TEXT, "relations": TREE},
        "relations name tokens, and the record has no list of them",
    ),
    "a span that is none": (
        prodigy(relations=[{**TREE[0], "head_span": {"start": 3, "end": 99, "token_start": 1}}]),
        "which is no place in the text",
    ),
    "a circle": (
        prodigy(relations=[*TREE[:3], arrow(4, 2, "x"), arrow(2, 4, "punct")]),
        "cycle",
    ),
    "an option that is none": (
        prodigy(options=OPTIONS, accept=["C"]),
        "the accepted option 'C' is not one of A, B",
    ),
    "doccano: no such entity": (
        {
            "text": TEXT,
            "entities": [{"id": 1, "start_offset": 0, "end_offset": 9, "label": "PER"}],
            "relations": [{"id": 1, "from_id": 1, "to_id": 7, "type": "knows"}],
        },
        "a relation leads to the entity 7, which the record lacks",
    ),
    "doccano: no place": (
        {"text": TEXT, "label": [[0, 99, "PER"]]},
        "is outside of the text of 22 characters",
    ),
    "doccano: a text": (
        {
            "text": TEXT,
            "label": ["Ada Byron hat Babbage getroffen, und sie hat sich mit ihm gut unterhalten."],
        },
        "'label' holds a text of its own for each record, and no label\nPairs of texts, as Doccano exports them",
    ),
    "label studio: no such result": (
        {
            "data": {"text": TEXT},
            "annotations": [{"result": [{"type": "relation", "from_id": "a", "to_id": "b"}]}],
        },
        "a relation leads from a to b, and the task lacks such a result",
    ),
    "label studio: no place": (
        {
            "data": {"text": TEXT},
            "annotations": [
                {"result": [{"type": "labels", "value": {"start": "0", "end": 3, "labels": ["X"]}}]}
            ],
        },
        "an entity needs whole numbers for start and end and a label",
    ),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_records(write, nlp, name):
    record, message = MALFORMED[name]
    path = write("a.jsonl", json.dumps({"text": "fine"}), json.dumps(record))
    with pytest.raises(DataError) as caught:
        list(read(path, nlp))
    assert message in str(caught.value) and (caught.value.path, caught.value.line) == (path, 2)


# Doccano


def test_relations_of_doccano(docs):
    (doc,) = docs(
        {
            "id": 3,
            "text": TEXT,
            "entities": [
                {"id": 10, "start_offset": 0, "end_offset": 9, "label": "PER"},
                {"id": 11, "start_offset": 14, "end_offset": 21, "label": "PER"},
            ],
            "relations": [{"id": 1, "from_id": 11, "to_id": 10, "type": "knows"}],
        }
    )
    assert spans(doc.ents) == [("Ada Byron", "PER"), ("Babbage", "PER")]
    assert relations(doc) == [("knows", "Babbage", "Ada Byron")]


def test_short_texts_of_their_own_are_no_labels_either(docs):
    pairs = [{"text": f"text {number}", "label": [f"Text Nummer {number}"]} for number in range(12)]
    with pytest.raises(DataError, match="12 records can't be read:"):
        docs(*pairs)
    repeated = docs(*pairs, *pairs[:1])
    assert len(repeated[0].cats) == 12


def test_relations_of_another_kind_are_counted(docs):
    with pytest.warns(KernelWarning, match="not read, of 1 record: 'relations'"):
        docs({"text": TEXT, "relations": ["friends"]})


# Label Studio


def region(id, start, end, label):
    value = {"start": start, "end": end, "text": TEXT[start:end], "labels": [label]}
    return {"id": id, "from_name": "label", "to_name": "text", "type": "labels", "value": value}


def task(*results, **more):
    return {
        "id": 1,
        "data": {"text": TEXT},
        "annotations": [{"id": 5, "result": list(results), **more}],
        "project": 1,
    }


BOTH = [region("a", 0, 9, "PER"), region("b", 14, 21, "PER")]


@pytest.mark.parametrize(
    ("direction", "expected"),
    [
        ("right", [("knows", "Ada Byron", "Babbage")]),
        ("left", [("knows", "Babbage", "Ada Byron")]),
        ("bi", [("knows", "Ada Byron", "Babbage"), ("knows", "Babbage", "Ada Byron")]),
    ],
)
def test_relations_of_label_studio(docs, recwarn, direction, expected):
    link = {"from_id": "a", "to_id": "b", "type": "relation", "direction": direction, "labels": ["knows"]}
    (doc,) = docs(task(*BOTH, link), name="tasks.json")
    assert spans(doc.ents) == [("Ada Byron", "PER"), ("Babbage", "PER")]
    assert relations(doc) == expected
    assert not recwarn


def test_the_first_annotation_that_was_not_given_up_is_read(docs):
    several = task()
    several["annotations"] = [
        {"result": BOTH, "was_cancelled": True, "completed_by": 1},
        {"result": BOTH[:1], "completed_by": 2},
        {"result": [], "completed_by": 3},
    ]
    with pytest.warns(KernelWarning, match="1 records have several annotations; the first is read"):
        (doc,) = docs(several, name="tasks.json")
    assert spans(doc.ents) == [("Ada Byron", "PER")]


def test_predictions_are_no_annotations(docs):
    predicted = {"data": {"text": TEXT}, "annotations": [], "predictions": [{"result": BOTH, "score": 0.9}]}
    with pytest.warns(KernelWarning, match="keys that are not read, of 1 record: 'predictions'"):
        (doc,) = docs(predicted, name="tasks.json")
    assert not doc.has_annotation("ENT_IOB")


MIN = {
    "id": 1,
    "annotator": 2,
    "annotation_id": 3,
    "created_at": "2024",
    "updated_at": "2024",
    "lead_time": 1.5,
}


def test_short_exports_whatever_their_controls_are_called(docs, caplog, recwarn):
    regions = [each["value"] for each in BOTH]
    with caplog.at_level(logging.INFO, "kernel"):
        found = docs(
            {"text": TEXT, "ner": regions, "topics": {"choices": ["MATHS", "PEOPLE"]}, **MIN},
            {"text": TEXT, "label": regions[:1], "topics": {"choices": ["LETTERS"]}, **MIN},
            name="min.json",
        )
    assert [spans(doc.ents) for doc in found] == [
        [("Ada Byron", "PER"), ("Babbage", "PER")],
        [("Ada Byron", "PER")],
    ]
    assert [doc.cats for doc in found] == [
        {"LETTERS": 0, "MATHS": 1, "PEOPLE": 1},
        {"LETTERS": 1, "MATHS": 0, "PEOPLE": 0},
    ]
    assert not recwarn


def test_tables_of_label_studio(write, nlp):
    cell = json.dumps([each["value"] for each in BOTH]).replace('"', '""')
    choices = '"{""choices"": [""MATHS""]}"'
    path = write(
        "a.csv", "id,text,label,annotator", f'1,{TEXT},"{cell}",2', f"2,Hello.,{choices},2", "3,Hm.,OTHER,2"
    )
    with pytest.warns(KernelWarning, match="columns that are not read"):
        first, second, third = auto()(path, nlp)
    assert spans(first.ents) == [("Ada Byron", "PER"), ("Babbage", "PER")] and not first.cats
    assert second.cats == {"MATHS": 1, "OTHER": 0} and third.cats == {"MATHS": 0, "OTHER": 1}
    broken = write("b.csv", "text,label", f'Ada,"{cell}"')
    with pytest.raises(DataError, match=r"b.csv:2: .*is outside of the text of 3 characters"):
        list(table.read(broken, nlp))


# Words of Prodigy


def test_tokens_of_prodigy_are_the_words(docs, caplog):
    text = "Ada-Byron met"
    tokens = [
        {"text": "Ada", "start": 0, "end": 3, "id": 0, "ws": False},
        {"text": "-By", "start": 3, "end": 6, "id": 1, "ws": False},
        {"text": "ron", "start": 6, "end": 9, "id": 2, "ws": True},
        {"text": "met", "start": 10, "end": 13, "id": 3, "ws": False},
    ]
    marked = [{"start": 3, "end": 6, "token_start": 1, "token_end": 1, "label": "X"}]
    with caplog.at_level(logging.INFO):
        (doc,) = docs(prodigy(text=text, tokens=tokens, spans=marked, _view_id="spans_manual"))
    assert [token.text for token in doc] == ["Ada", "-By", "ron", "met"] and doc.text == text
    assert spans(doc.spans["sc"]) == [("-By", "X")]
    assert "_view_id" not in caplog.text and "'tokens'" not in caplog.text


@pytest.mark.parametrize(
    "tokens",
    [
        [("[CLS]", 0, 0), ("Ada", 0, 3), ("met", 4, 7)],
        [("Ada", 0, 3)],
        [("met", 4, 7)],
        [("Ada", 0, 3), ("##t", 4, 7)],
        [("met", 4, 7), ("Ada", 0, 3)],
        [("Ada", 0, 3), ("a met", 2, 7)],
        [("Ada", 0, 3), ("met", 4, 70)],
    ],
)
def test_tokens_that_do_not_make_up_the_text_are_told(docs, tokens):
    given = [{"text": word, "start": start, "end": end} for word, start, end in tokens]
    with pytest.warns(KernelWarning, match="1 records have 'tokens' that don't make up their text"):
        (doc,) = docs(prodigy(text="Ada met", tokens=given))
    assert [token.text for token in doc] == ["Ada", "met"]


# Texts of Label Studio


def review(data, to_name="review"):
    value = {"start": 0, "end": 3, "labels": ["PER"]}
    result = {"from_name": "label", "to_name": to_name, "type": "labels", "value": value}
    return {"id": 1, "data": data, "annotations": [{"result": [result]}]}


@pytest.mark.parametrize(
    "data", [{"review": "Ada met"}, {"title": "T", "review": "Ada met"}, {"review": "Ada met", "n": 1}]
)
def test_a_text_of_another_name_is_found(docs, data):
    (doc,) = docs(review(data))
    assert doc.text == "Ada met" and [(ent.text, ent.label_) for ent in doc.ents] == [("Ada", "PER")]


def test_all_tasks_without_a_text_are_told_at_once(docs):
    with pytest.raises(DataError, match="(?s)2 records can't be read:.*line 1.*line 2"):
        docs(review({"n": 1}), review({"a": "x", "b": "y"}), review({"review": "Ada met"}))
