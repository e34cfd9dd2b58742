"""Entities that are no whole tokens: counted by label, with the reason; offsets count in the text of the record."""

import json

import pytest
from kernel_readers.formats.format import Settings
from kernel_readers.formats.jsonl import read
from kernel_readers.report import Report

from kernel.errors import DataError, KernelWarning


def load(path, nlp, **settings):
    report = Report()
    return list(read(path, nlp, settings=Settings(**settings), report=report)), report


def found(doc):
    return [(ent.text, ent.label_) for ent in doc.ents]


@pytest.mark.parametrize(
    ("start", "end", "why"),
    [
        (0, 2, "ends one character before its last word does"),
        (0, 4, "has blanks at its ends"),
        (3, 12, "has blanks at its ends"),
        (1, 3, "begins inside of a token or between tokens"),
        (0, 1, "ends inside of a token or between tokens"),
        (1, 6, "begins and ends inside of tokens or between them"),
        (3, 4, "holds no token"),
    ],
)
def test_every_reason(write, nlp, start, end, why):
    path = write("a.jsonl", json.dumps({"text": "Ada Lovelace ran", "spans": [[start, end, "X"]]}))
    _, report = load(path, nlp)
    (lost,) = report.lost
    assert lost.why == why
    assert lost.place == f"line 1, offset {start}"


def test_what_was_kept_and_lost_of_each_label(write, nlp):
    rows = [{"text": "Ada ran", "spans": [[0, 3, "A"], [4, 7, "B"]]}] * 3
    rows += [
        {"text": "Ada ran", "spans": [[0, 2, "A"], [4, 6, "B"]]},
        {"text": "Ada ran", "spans": [[5, 7, "B"]]},
    ] * 2
    path = write("a.jsonl", *map(json.dumps, rows))
    _, report = load(path, nlp)
    shown = {one.message.partition(": ")[2]: (one.level, len(one.items)) for one in report.findings(path)}
    further = "These tokens reach further than their entities"
    assert shown == {
        f"A: 3 kept, 2 lost (2 ends one character before its last word does). {further}: 'Ada' (2)": (
            "warn",
            2,
        ),
        "B: 3 kept, 4 lost (2 ends one character before its last word does, "
        f"2 begins inside of a token or between tokens). {further}: 'ran' (4)": ("fail", 4),
    }
    assert next(report.findings(path)).items[0].startswith("line 4, offset 0: 'A' 'Ad' ends one")
    with pytest.warns(KernelWarning) as caught:
        report.say(path)
    assert len(caught) == 1 and "A 3 kept, 2 lost, B 3 kept, 4 lost" in str(caught[0].message)


def test_ends_are_called_inclusive_where_most_of_the_file_are(write, nlp):
    wrong = [{"text": "Ada ran", "spans": [[0, 2, "A"]]}] * 3
    right = [{"text": "Ada ran", "spans": [[0, 3, "A"]]}]
    path = write("a.jsonl", *map(json.dumps, wrong + right * 2))
    (finding,) = load(path, nlp)[1].findings(path)
    assert finding.message.endswith(
        "Their ends seem to be inclusive; 'end' must be the first character after the entity"
    )
    path = write("b.jsonl", *map(json.dumps, wrong + right * 3))
    (finding,) = load(path, nlp)[1].findings(path)
    assert finding.message.endswith("These tokens reach further than their entities: 'Ada' (3)")


def test_trimming_is_offered_and_done(write, nlp):
    path = write("a.jsonl", json.dumps({"text": "x Ada  y", "spans": [[1, 6, "A"]]}))
    (doc,), report = load(path, nlp)
    assert found(doc) == []
    with pytest.warns(
        KernelWarning, match="trim = true in the reader's block, --trim of kernel convert, keeps 1 of them"
    ):
        report.say(path)
    (doc,), report = load(path, nlp, trim=True)
    assert found(doc) == [("Ada", "A")] and not report.lost


@pytest.mark.parametrize(
    ("text", "words", "more"),
    [
        ("Ada  met Bob", ["Ada", "met", "Bob"], {}),
        ("Ada\nmet\n\nBob", ["Ada", "met", "Bob"], {}),
        ("  Ada met Bob", ["Ada", "met", "Bob"], {}),
        ("Ada met Bob", ["Ada", "met", "Bob"], {"spaces": [True, True, True]}),
        ("Ada  met Bob", ["Ada", "met", "Bob"], {"spaces": [True, True, False]}),
    ],
)
def test_offsets_count_in_the_text_whatever_the_words_make_of_it(write, nlp, text, words, more):
    spans = [[text.index("Bob"), text.index("Bob") + 3, "P"]]
    (doc,), report = load(
        write("a.jsonl", json.dumps({"text": text, "words": words, "spans": spans, **more})), nlp
    )
    assert found(doc) == [("Bob", "P")]
    assert [token.text for token in doc] == words and doc.text.split() == words
    assert not report.lost and not report.remarks


def test_spaces_that_the_text_contradicts_are_counted(write, nlp):
    record = {"text": "Ada met Bob", "words": ["Ada", "met", "Bob"], "spaces": [False, True, False]}
    (doc,), report = load(write("a.jsonl", json.dumps({**record, "spans": [[8, 11, "P"]]})), nlp)
    assert found(doc) == [("Bob", "P")]
    assert list(report.remarks) == ["{} records have 'spaces' that their text contradicts"]


def test_an_empty_entity_is_called_empty(write, nlp):
    for start in (0, 7):
        path = write("a.jsonl", json.dumps({"text": "Ada ran", "spans": [[start, start, "A"]]}))
        with pytest.raises(DataError, match=rf"a.jsonl:1: .*the entity 'A' \[{start}:{start}\] is empty"):
            load(path, nlp)


def test_keys_that_are_not_read_are_warned_of_but_those_that_tools_keep_beside(write, nlp):
    path = write("a.jsonl", json.dumps({"text": "Ada ran", "id": 7, "meta": {"a": 1}, "colour": "red"}))
    _, report = load(path, nlp)
    shown = {one.message.partition(": ")[2]: one.level for one in report.findings(path)}
    assert shown == {
        "keys that are not read, of 1 record: 'id' (1), 'meta' (1)": "info",
        "keys that are not read, of 1 record: 'colour' (1)": "warn",
    }


def test_entities_that_overlap_are_unknown_and_the_rest_of_the_record_is_kept(write, nlp):
    spans = [[0, 12, "P"], [4, 12, "Q"], [13, 16, "R"]]
    rows = [
        {"text": "Ada Lovelace ran", "spans": spans, "cats": {"A": 1}},
        {"text": "Ada ran", "spans": [[0, 3, "P"]]},
    ]
    path = write("a.jsonl", *map(json.dumps, rows))
    (first, second), report = load(path, nlp)
    assert found(first) == [("ran", "R")] and first.cats == {"A": 1.0}
    assert [token.ent_iob_ for token in first] == ["", "", "B"]
    assert found(second) == [("Ada", "P")]
    shown = {one.message.partition(": ")[2]: (one.level, one.items) for one in report.findings(path)}
    assert shown == {
        "P: 1 kept, 1 lost (1 overlaps another entity)": (
            "fail",
            ("line 1, offset 0: 'P' 'Ada Lovelace' overlaps another entity",),
        ),
        "Q: 0 kept, 1 lost (1 overlaps another entity)": (
            "fail",
            ("line 1, offset 4: 'Q' 'Lovelace' overlaps another entity",),
        ),
    }
    with pytest.warns(KernelWarning) as caught:
        report.say(path)
    (message,) = [str(one.message) for one in caught]
    assert (
        "a.jsonl: 2 entities overlap others; their tokens count as not annotated (the first: line 1, "
        in message
    )
    assert "; P 1 kept, 1 lost, Q 0 kept, 1 lost. A token belongs to one entity at most" in message


def test_misplaced_and_overlapping_ones_are_told_apart(write, nlp):
    spans = [[0, 2, "A"], [4, 12, "P"], [9, 16, "P"]]
    path = write("a.jsonl", json.dumps({"text": "Ada Lovelace ran", "spans": spans}))
    (doc,), report = load(path, nlp)
    assert not doc.ents and {token.ent_iob_ for token in doc} == {""}
    with pytest.warns(KernelWarning) as caught:
        report.say(path)
    messages = [str(one.message) for one in caught]
    assert [message.partition(": ")[2].partition(";")[0] for message in messages] == [
        "1 entity doesn't begin and end where tokens do",
        "2 entities overlap others",
    ]


def test_the_same_entity_twice_is_one(write, nlp):
    path = write("a.jsonl", json.dumps({"text": "Ada ran", "spans": [[0, 3, "A"], [0, 3, "A"]]}))
    (doc,), report = load(path, nlp)
    assert found(doc) == [("Ada", "A")] and not report.lost and report.kept == {"A": 1}


def test_only_blanks_that_overlap_are_trimmed_away(write, nlp):
    path = write("a.jsonl", json.dumps({"text": "Ada  ran", "spans": [[0, 5, "A"], [3, 8, "B"]]}))
    (doc,), report = load(path, nlp, trim=True)
    assert found(doc) == [("Ada", "A"), ("ran", "B")] and not report.lost


def test_a_span_of_a_group_that_does_not_fit_is_a_span(write, nlp):
    path = write("g.jsonl", '{"text": "Ann sings", "spans": {"sc": [{"start": 0, "end": 2, "label": "P"}]}}')
    with pytest.warns(
        KernelWarning, match="1 span of a group doesn't begin and end where tokens do; left out"
    ):
        list(read(path, nlp))
