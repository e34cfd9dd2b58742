"""All that is wrong with the records of a file is told in one run, with the line of each."""

import json
from itertools import islice

import pytest
from kernel_readers.converters import auto
from kernel_readers.formats import table
from kernel_readers.formats.format import Settings
from kernel_readers.problems import collected

from kernel.errors import DataError

GOOD = json.dumps({"text": "Ada ran", "label": ["A"]})


def error_of(path, nlp):
    docs = []
    with pytest.raises(DataError) as caught:
        docs.extend(auto()(path, nlp))
    return caught.value


def test_every_bad_record_and_its_line(write, nlp):
    bad = ['{"sentence": "Hi"}', "{", '{"text": "Ada", "spans": [[0, 9, "A"]]}', "3", '{"text": 4}']
    path = write("a.jsonl", GOOD, *bad, "", GOOD)
    assert str(error_of(path, nlp)).splitlines() == [
        f"{path}:2: 5 records can't be read:",
        "  line 2: the record has no string under 'text'",
        "  line 3, offset 1: not valid JSON: Expecting property name enclosed in double quotes",
        "  line 4, offset 0: the entity 'A' [0:9] is outside of the text of 3 characters",
        "  line 5: expected an object, found '3'",
        "  line 6: the record has no string under 'text'",
        "It has: 'sentence'. If 'sentence' is the text, rename that key to 'text'.",
        "Each record is one line. jq -c . FILE > NEW.jsonl makes that of records in many lines.",
        "It has 4 there.",
    ]


def test_records_before_the_first_bad_one_are_read_and_none_after_it(write, nlp):
    path = write("a.jsonl", GOOD, '{"text": "b"}', "{}", '{"text": "d"}')
    found = []
    with pytest.raises(DataError, match="a.jsonl:3: the record has no string") as caught:
        found.extend(auto()(path, nlp))
    assert [doc.text for doc in found] == ["Ada ran", "b"]
    assert caught.value.line == 3 and "can't be read" not in str(caught.value)
    assert len(list(islice(auto()(path, nlp), 2))) == 2


def test_twenty_are_told_and_the_others_counted(write, nlp):
    error = error_of(write("a.jsonl", *['{"id": 1}'] * 1_500), nlp)
    lines = str(error).splitlines()
    assert lines[0].endswith("a.jsonl:1: 1,500 records can't be read:")
    assert [line.split(":")[0] for line in lines[1:21]] == [f"  line {number}" for number in range(1, 21)]
    assert lines[21:] == ["  and 1,480 more", "It has: 'id'."]


def test_a_file_that_is_something_else_is_not_read_to_its_end(write, nlp):
    error = error_of(write("a.jsonl", *["x"] * 10_500), nlp)
    assert "10,000 or more records can't be read" in str(error)


def test_bytes_that_are_no_text_are_told_with_the_records_before(write, nlp):
    error = error_of(write("a.jsonl", b'{"text": "a"}\n{}\n\x96\n'), nlp)
    assert "2 records can't be read" in str(error) and "line 3, offset 0: byte 0x96" in str(error)


def test_a_list_in_a_json_file_too(write, nlp):
    error = error_of(write("a.json", json.dumps([{"text": "a"}, 1, {"text": 2}])), nlp)
    assert "2 records can't be read" in str(error) and (error.line, error.path.name) == (2, "a.json")


def test_one_object_in_many_lines(write, nlp):
    objects = "\n".join(json.dumps({"text": "Ada"}, indent=1) for _ in range(3))
    path = write("a.jsonl", objects)
    with pytest.raises(DataError, match=r"a.jsonl:1: .*not valid JSON.*\n.*jq -c"):
        list(auto()(path, nlp))


def test_lists_of_labels_are_found_beside_what_is_wrong(write, nlp):
    error = error_of(write("a.jsonl", GOOD, '{"text": "b", "label": []}', "{", "[1, 2]"), nlp)
    assert "2 records can't be read" in str(error) and error.line == 3


def test_every_bad_line_of_columns(write, nlp):
    rows = ["Ada B-P", "ran O", "", "Bob", "ran O", "Eve", "", "Cy B-P"]
    error = error_of(write("a.iob", *rows), nlp)
    assert error.line == 4
    assert (
        "2 lines can't be read:\n  line 4: expected a word and an entity tag, found 'Bob'\n  line 6: "
        in str(error)
    )


def test_tags_and_lines_are_told_together_in_their_order(write, nlp):
    rows = ["# newdoc", "Ada U-P", "ran B-P", "", "# newdoc", "Bob", "sat I-P", "", "# newdoc", "Cy L-P"]
    rows += ["", "# newdoc", "Di O"]
    error = error_of(write("a.iob", *rows), nlp)
    assert str(error).splitlines()[:4] == [
        f"{error.path}:3: 3 lines can't be read:",
        "  line 3: the entity 'P' is not closed at the end of its sentence",
        "  line 6: expected a word and an entity tag, found 'Bob'",
        "  line 10: L-P stands outside of any entity",
    ]


def row(number, word, head):
    return "\t".join([str(number), word, "_", "_", "_", "_", str(head), "_", "_", "_"])


def test_every_bad_sentence_of_conllu(write, nlp):
    rows = [row(1, "a", 0), "", row(1, "b", 7), "", row(1, "c", 0), "", row(2, "d", 0), ""]
    error = error_of(write("a.conllu", *rows), nlp)
    assert "a.conllu:3: 2 sentences can't be read:\n  line 3: head 7 is out" in str(error)
    assert "\n  line 7: expected word id 1" in str(error)


def test_every_bad_row_of_a_table(write, nlp):
    error = error_of(write("a.csv", "text,label", "a,A", "b,B,C", "c,C", "d"), nlp)
    assert "a.csv:3: 2 rows can't be read:\n  line 3: 3 columns instead of 2\n  line 5: 1 column" in str(
        error
    )


def test_every_bad_value_of_a_table(write, nlp):
    path = write("a.csv", "text,A", "one,1", "two,7", "three,0", "four,x")
    with pytest.raises(DataError) as raised:
        list(table.read(path, nlp, settings=Settings(columns=["text", "cat"])))
    assert str(raised.value).splitlines()[:3] == [
        f"{path}:3: 2 rows can't be read:",
        "  line 3: '7' in the column 'A' is neither 1 nor 0",
        "  line 5: 'x' in the column 'A' is neither 1 nor 0",
    ]


def test_other_errors_are_left_alone():
    with pytest.raises(KeyError), collected("records") as problems:
        problems.add(DataError("x"))
        raise KeyError
    with collected("records") as problems:
        assert not problems
