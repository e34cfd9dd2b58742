"""Tables with a header: what spreadsheets write, which columns are read, what is refused."""

import csv

import pytest
from kernel_readers.detect import detect
from kernel_readers.files import data_files
from kernel_readers.formats import table
from kernel_readers.formats.format import Settings
from kernel_readers.report import Report

from kernel.errors import DataError

BOTH = [("Soup, cold", {"food": 1.0, "travel": 0.0}), ('A "night" train\nlate', {"food": 0.0, "travel": 1.0})]


def found(path, nlp, **settings):
    return [
        (doc.text, doc.cats) for doc in table.read(path, nlp, settings=Settings(**settings), report=Report())
    ]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_dialects_say_the_same(write, nlp, separator, end, mark):
    rows = ["text,label", '"Soup, cold",food', '"A ""night"" train\nlate",travel', ""]
    if separator != ",":
        rows = [
            row.replace("Soup, cold", "Soup\0 cold").replace(",", separator).replace("\0", ",")
            for row in rows
        ]
    path = write("a.csv", (mark + "\n".join(rows)).replace("\n", end).encode())
    assert detect(path) == "csv"
    assert found(path, nlp) == BOTH


def test_a_line_that_names_the_separator_is_no_header(write, nlp):
    path = write("a.csv", "sep=;", "label;text", "a;one", "", "b;two")
    report = Report()
    docs = list(table.read(path, nlp, settings=Settings(), report=report))
    assert [(doc.text, doc.cats) for doc in docs] == [
        ("one", {"a": 1.0, "b": 0.0}),
        ("two", {"a": 0.0, "b": 1.0}),
    ]
    assert report.line == 5


def test_columns_of_ones_and_noughts_are_categories(write, nlp):
    path = write("a.csv", "id,Text,sweet,sour,score", "0,one,1,0,3", "1,two,TRUE,1.0,4", "1,three,,0,5")
    assert found(path, nlp) == [
        ("one", {"sweet": 1.0, "sour": 0.0}),
        ("two", {"sweet": 1.0, "sour": 1.0}),
        ("three", {"sour": 0.0}),
    ]
    report = Report()
    list(table.read(path, nlp, settings=Settings(), report=report))
    assert report.columns == {"id": 3, "score": 3}


def test_named_columns(write, nlp):
    path = write("a.csv", "Satz;gut;Art", "eins;1;x", "zwei;0;y")
    assert found(path, nlp, columns=["text", "cat", "_"]) == [("eins", {"gut": 1.0}), ("zwei", {"gut": 0.0})]
    assert found(path, nlp, columns=["text", "_", "label"])[0] == ("eins", {"x": 1.0, "y": 0.0})


def test_rows_without_text_or_label(write, nlp):
    path = write("a.csv", "text,label", " ,a", "one,", "two,a", "three, ")
    report = Report()
    docs = list(table.read(path, nlp, settings=Settings(), report=report))
    assert [(doc.text, doc.cats) for doc in docs] == [("one", {}), ("two", {"a": 1.0}), ("three", {})]
    assert [(one.level, one.message) for one in report.findings(path)] == [
        ("info", f"{path}: 3 rows of a table without columns of entities"),
        ("warn", f"{path}: rows without a text, which are left out: 1 (the first: line 2)"),
        (
            "warn",
            f"{path}: rows with a text and no label, which count as not annotated: 2 (the first: line 3)",
        ),
    ]


def test_columns_that_are_not_read_are_told_with_the_way_to_name_them(write, nlp):
    path = write("a.csv", "sentence;topic;_note", "one;a;x", "two;b;y")
    report = Report()
    assert [doc.cats for doc in table.read(path, nlp, settings=Settings(), report=report)] == [{}, {}]
    quiet, warned = report.findings(path, for_each_label=False)
    assert (quiet.level, quiet.message) == (
        "info",
        f"{path}: columns that are not read, of 2 rows: '_note' (2)",
    )
    assert warned.level == "warn"
    assert warned.message.startswith(
        f"{path}: columns that are not read, of 2 rows: 'topic' (2). Read are those"
    )
    assert 'columns = ["text", "label", "_"]' in warned.message


@pytest.mark.parametrize(
    ("rows", "columns", "message"),
    [
        (["a,b", "x,y"], None, r"a.csv:1: no column of the header 'a', 'b' can be the text\n.*columns = "),
        (["text,sentence", "x,y"], None, "2 columns of the header 'text', 'sentence' can be the text"),
        (["text,label,class", "x,y,z"], None, "2 columns of the header .* can be the label"),
        (["text,label", "x,y", "x, and more,y"], None, "a.csv:3: 3 columns instead of 2\n.*double quotes"),
        (["te\rxt,label", "x,y"], None, "a.csv: the header can't be read"),
        (["text,label", f"{'x ' * 600_000},y"], None, "a.csv:2: a text of 1200000 characters is longer than"),
        (["text,label", '"x,y', "z,a"], None, "a.csv:2: the row that begins here can't be read"),
        (["a,b", "x,y"], ["text", "tag"], "no column is called 'tag'"),
        (["a,b", "x,y"], ["text", "label", "_"], "the file has 2 columns: 'a', 'b'"),
        (["a,b", "x,y"], ["text", "text"], "one column is 'text'"),
        (["a,b", "x,2"], ["text", "cat"], "a.csv:2: '2' in the column 'b' is neither 1 nor 0"),
    ],
)
def test_what_is_not_clear_is_refused(write, nlp, rows, columns, message):
    with pytest.raises(DataError, match=message):
        found(write("a.csv", *rows), nlp, columns=columns)


def test_a_tsv_with_a_header_is_a_table_and_one_of_tags_is_not(write):
    assert detect(write("a.tsv", "text\tlabel", "one two\ta")) == "csv"
    assert detect(write("b.tsv", "text\tO", "Ada\tB-PER")) == "iob"


def test_a_text_may_be_of_any_length(write, nlp):
    long = "word " * 40_000
    (text, cats), _ = found(write("a.csv", "text,label", f'"{long}",food', "short,travel"), nlp)
    assert (text, cats) == (long, {"food": 1.0, "travel": 0.0})


def test_a_quote_that_is_never_closed_is_said_where_it_begins(write, nlp):
    path = write("a.csv", "text,label", "one,food", '"two,food', *["three,food"] * 20_000)
    with pytest.raises(DataError, match="a.csv:3: the row that begins here can't be read: unexpected end"):
        found(path, nlp)


def test_tables_of_other_things_are_no_data_of_a_folder(write, tmp_path):
    write("a.csv", "text,label", "one,a")
    write("b.csv", "step,loss", "1,2")
    write("c.csv", "\u00e4".encode("latin-1") + b",text\n")
    assert [file.name for file in data_files(tmp_path)] == ["a.csv", "c.csv"]


def test_a_long_text_is_read(write, nlp):
    before = csv.field_size_limit()
    text = "word " * 40_000
    path = write("a.csv", "text,label", f'"{text}",long', "short,short")
    assert [len(each) for each, _ in found(path, nlp)] == [len(text), len("short")]
    assert csv.field_size_limit() == before


def test_blank_lines_and_json_are_told_as_what_they_are(write, nlp):
    with pytest.raises(DataError, match="nothing but blank lines"):
        found(write("a.csv", "", " ", ""), nlp)
    with pytest.raises(DataError, match="holds JSON, and no table\n.*--converter jsonl"):
        found(write("b.csv", '{"text": "a, b", "label": "c"}'), nlp)


def test_a_cell_that_keeps_a_column_from_being_a_category_is_named(write, nlp):
    path = write("a.csv", "text,spam,stars", "a,1,1", "b,0,4", "c,yes,5", "d,1,3")
    report = Report()
    assert [doc.cats for doc in table.read(path, nlp, report=report)] == [{}] * 4
    told = [one.message for one in report.findings(path) if "holds ones and noughts" in one.message]
    assert len(told) == 1 and "'spam'" in told[0] and "but for 'yes'" in told[0] and "line 4" in told[0]


def entities_of(path, nlp, *columns):
    docs = table.read(path, nlp, settings=Settings(columns=columns), report=Report())
    return [([(ent.text, ent.label_) for ent in doc.ents], doc.cats) for doc in docs]


def test_columns_with_texts_of_entities_are_named_like_their_label(write, nlp):
    rows = ["Review;PERSON;PLACE;PERSON;sort"]
    rows += ["Ada met Ben Ode in New York , in York and in Yorkshire;Ben Ode| Ada ;York|New York;;a"]
    rows += ['"Ben; and\nIda";"Ben\nIda";;;b', "nobody;;;;a"]
    path = write("a.csv", "\ufeff" + "\r\n".join(rows))
    assert entities_of(path, nlp, "text", "ent", "ent", "ent", "label") == [
        (
            [("Ada", "PERSON"), ("Ben Ode", "PERSON"), ("New York", "PLACE"), ("York", "PLACE")],
            {"a": 1.0, "b": 0.0},
        ),
        ([("Ben", "PERSON"), ("Ida", "PERSON")], {"a": 0.0, "b": 1.0}),
        ([], {"a": 1.0, "b": 0.0}),
    ]


def test_a_row_without_entities_is_annotated(write, nlp):
    path = write("a.csv", "text,PERSON", "nobody there,")
    (doc,) = table.read(path, nlp, settings=Settings(columns=("text", "ent")), report=Report())
    assert all(token.ent_iob_ == "O" for token in doc)


def test_entities_that_are_not_in_their_texts_are_told_together(write, nlp):
    path = write("a.csv", "text,PERSON", "Ada sings,Ida", "Ben sings,Ben", "Ben,Ada|Ben")
    with pytest.raises(DataError) as error:
        entities_of(path, nlp, "text", "ent")
    text = str(error.value)
    assert "line 2: 'Ida' in the column 'PERSON' is not in the text" in text and "line 4: 'Ada' in" in text
    assert "with | between several in a cell" in text
