"""Rows of data sets: in JSON, and in Parquet where pyarrow is installed."""

import json
import sys

import pytest
from kernel_readers.converters import auto
from kernel_readers.corpus import make_corpus
from kernel_readers.detect import detect
from kernel_readers.files import data_files
from kernel_readers.formats import huggingface, parquet
from kernel_readers.formats.format import Settings
from kernel_readers.streams.corpus import make_streamed_corpus

from kernel.errors import DataError, KernelWarning

NAMES = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]
ROW = {"id": "0", "tokens": ["Ada", "Byron", "left", "Paris"], "ner_tags": [1, 2, 0, 3]}
NAMED = {"tokens": ["Ada", "Byron", "left", "Paris"], "ner_tags": ["B-PER", "I-PER", "O", "B-LOC"]}
FOUND = [("Ada Byron", "PER"), ("Paris", "LOC")]
FEATURES = {
    "ner_tags": {"feature": {"names": NAMES, "_type": "ClassLabel"}, "_type": "Sequence"},
    "label": {"names": ["neg", "pos"], "_type": "ClassLabel"},
    "id": {"dtype": "string", "_type": "Value"},
}


@pytest.fixture
def docs(write, nlp):
    def load(*rows, name="a.jsonl", **settings):
        lines = [json.dumps(list(rows))] if name.endswith(".json") else map(json.dumps, rows)
        return list(huggingface.read(write(name, *lines), nlp, settings=Settings(**settings)))

    return load


def entities(doc):
    return [(ent.text, ent.label_) for ent in doc.ents]


@pytest.mark.parametrize("name", ["a.jsonl", "a.json"])
def test_tags_by_name(docs, name):
    (doc,) = docs(NAMED, name=name)
    assert doc.text == "Ada Byron left Paris" and entities(doc) == FOUND


@pytest.mark.parametrize(
    "tags", [["B-P", "L-P", "O", "U-L"], ["B-P", "E-P", "O", "S-L"], ["I-P", "I-P", "O", "I-L"]]
)
def test_every_scheme(docs, tags):
    (doc,) = docs({**NAMED, "ner_tags": tags})
    assert entities(doc) == [("Ada Byron", "P"), ("Paris", "L")]


@pytest.mark.parametrize(
    "content",
    [
        NAMES,
        {"ner_tags": NAMES},
        {"features": FEATURES},
        {"default": {"features": FEATURES, "splits": {}}},
        {"features": {"ner_tags": [{"names": NAMES, "_type": "ClassLabel"}]}},
    ],
    ids=["a list", "a list a column", "features", "configurations", "an old list of one"],
)
def test_names_of_numbers_in_a_file(docs, write, content):
    path = write("names.json", json.dumps(content))
    (doc,) = docs(ROW, labels=path)
    assert entities(doc) == FOUND


def test_names_of_numbers_in_the_settings(docs, write, nlp):
    (doc,) = docs(ROW, labels=NAMES)
    assert entities(doc) == FOUND
    (example,) = make_corpus(write("b.jsonl", json.dumps(ROW)), labels=NAMES)(nlp)
    assert entities(example.reference) == FOUND


def test_features_beside_the_rows(write, nlp, tmp_path):
    path = write("data/train.jsonl", json.dumps(ROW))
    write("data/dataset_info.json", json.dumps({"features": FEATURES}))
    assert detect(path) == "huggingface"
    (doc,) = auto()(path, nlp)
    assert entities(doc) == FOUND
    assert data_files(tmp_path / "data") == [path]


def test_rows_are_streamed(write, nlp):
    path = write("b.jsonl", *[json.dumps(ROW)] * 3)
    examples = list(make_streamed_corpus(path, labels=NAMES, shuffle=False)(nlp))
    assert [entities(example.reference) for example in examples] == [FOUND] * 3


def test_other_columns_of_words(docs):
    row = {**NAMED, "pos_tags": ["NNP", "NNP", "VBD", "NNP"], "upos": ["PROPN", "PROPN", "VERB", "PROPN"]}
    (doc,) = docs({**row, "lemmas": ["Ada", "Byron", "leave", "Paris"]})
    assert [token.tag_ for token in doc] == ["NNP", "NNP", "VBD", "NNP"]
    assert [token.pos_ for token in doc] == ["PROPN", "PROPN", "VERB", "PROPN"]
    assert doc[2].lemma_ == "leave"


def test_numbers_without_names_of_other_columns_are_said(docs):
    with pytest.warns(KernelWarning, match="keys that are not read, of 1 record: 'pos_tags'"):
        (doc,) = docs({**NAMED, "pos_tags": [1, 2, 3, 4]})
    assert not doc.has_annotation("TAG")


def test_the_text_says_where_spaces_are(docs):
    (doc,) = docs({"text": "Ada left.", "tokens": ["Ada", "left", "."], "ner_tags": ["B-P", "O", "O"]})
    assert doc.text == "Ada left." and len(doc) == 3 and entities(doc) == [("Ada", "P")]


def test_labels_of_texts(docs, write):
    rows = [{"text": "Good.", "label": 1}, {"text": "Bad.", "label": 0}, {"text": "Who knows?", "label": -1}]
    assert [doc.cats for doc in docs(*rows)] == [{"0": 0, "1": 1}, {"0": 1, "1": 0}, {}]
    assert [doc.cats for doc in docs(*rows, labels=["neg", "pos", "none"])] == [
        {"neg": 0, "pos": 1, "none": 0},
        {"neg": 1, "pos": 0, "none": 0},
        {},
    ]
    named = docs({"text": "Good.", "label": "pos"}, {"text": "Bad.", "label": "neg"})
    assert [doc.cats for doc in named] == [{"neg": 0, "pos": 1}, {"neg": 1, "pos": 0}]
    several = docs({"text": "a", "labels": [0, 1]}, {"text": "b", "labels": []}, labels=["x", "y"])
    assert [doc.cats for doc in several] == [{"x": 1, "y": 1}, {"x": 0, "y": 0}]
    assert detect(write("b.jsonl", json.dumps(rows[0]))) == "huggingface"


@pytest.mark.parametrize(
    "record",
    [
        {"text": "Ada", "label": "X"},
        {"text": "Ada", "tokens": [{"text": "Ada", "start": 0, "end": 3, "id": 0}], "spans": []},
        {"words": ["Ada"], "tags": ["NNP"], "text": "Ada"},
        {"text": "Ada", "label": [[0, 3, "X"]]},
    ],
)
def test_records_of_others_are_left_to_them(write, record):
    assert detect(write("a.jsonl", json.dumps(record))) == "jsonl"


MALFORMED = {
    "numbers without names": (
        {**ROW},
        {},
        "'ner_tags' holds numbers, and their names are not known\nName them",
    ),
    "a number that has no name": (
        {**ROW, "ner_tags": [0, 0, 0, 9]},
        {"labels": NAMES},
        "'ner_tags' holds the number 9, and there are names for 0 to 4 only",
    ),
    "a name that is none": (
        {"text": "a", "label": "odd"},
        {"labels": ["x", "y"]},
        "'label' holds 'odd', which is none of the names: x, y",
    ),
    "too few tags": ({**NAMED, "ner_tags": ["O"]}, {}, "4 tokens but 1 ner_tags"),
    "no tag": ({**NAMED, "ner_tags": ["O", "O", "O", "X"]}, {}, "'X' is not an entity tag"),
    "empty tokens": (
        {**NAMED, "tokens": ["Ada", ""], "ner_tags": ["O", "O"]},
        {},
        "'tokens' must be a list of str",
    ),
    "no label": (
        {"text": "a", "label": 1.5},
        {},
        "'label' holds '1.5', expected a name or the number of one",
    ),
    "no text": ({"label": 1}, {}, "the record has no string under 'text'"),
    "other text": ({**NAMED, "text": "Ben"}, {}, "the token 'Ada' is not in the text after character 0"),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_rows(write, nlp, name):
    row, setting, message = MALFORMED[name]
    path = write("a.jsonl", json.dumps({"text": "fine"}), json.dumps(row))
    with pytest.raises(DataError) as caught:
        list(huggingface.read(path, nlp, settings=Settings(**setting)))
    assert message in str(caught.value) and (caught.value.path, caught.value.line) == (path, 2)


def test_a_file_of_names_without_any(docs, write):
    with pytest.raises(DataError, match="names.json: the file names no labels"):
        docs(ROW, labels=write("names.json", "{}"))
    with pytest.raises(DataError, match="names.json: not valid JSON"):
        docs(ROW, labels=write("names.json", "{"))


# Parquet


@pytest.fixture
def table(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow.parquet import write_table

    def make(*rows, name="a.parquet", features=None, **settings):
        content = pyarrow.Table.from_pylist(list(rows))
        if features:
            content = content.replace_schema_metadata(
                {"huggingface": json.dumps({"info": {"features": features}})}
            )
        write_table(content, tmp_path / name, **settings)
        return tmp_path / name

    return make


def test_parquet_of_tokens(table, nlp):
    path = table(ROW, ROW, features=FEATURES)
    assert detect(path) == "parquet"
    assert [entities(doc) for doc in auto()(path, nlp)] == [FOUND, FOUND]


def test_parquet_of_texts(table, nlp):
    rows = [{"text": f"text {number}", "label": number % 2} for number in range(3000)]
    path = table(*rows, features=FEATURES, row_group_size=700)
    docs = parquet.read(path, nlp)
    assert next(docs).cats == {"neg": 1, "pos": 0}
    rest = list(docs)
    assert len(rest) == 2999 and rest[-1].text == "text 2999" and rest[-1].cats == {"neg": 0, "pos": 1}
    unnamed = list(parquet.read(table(*rows[:2], name="b.parquet"), nlp))
    assert [doc.cats for doc in unnamed] == [{"0": 1, "1": 0}, {"0": 0, "1": 1}]


def test_parquet_of_records(table, nlp):
    row = {"text": "Ada left.", "spans": [{"start": 0, "end": 3, "label": "P"}], "meta": None}
    (doc,) = parquet.read(table(row), nlp)
    assert entities(doc) == [("Ada", "P")]


def test_parquet_in_a_corpus(table, nlp, tmp_path):
    table(ROW, name="a.parquet", features=FEATURES)
    for make in (make_corpus, make_streamed_corpus):
        assert len(list(make(tmp_path)(nlp))) == 1


def test_malformed_parquet(table, write, nlp):
    with pytest.raises(DataError, match=r"a.parquet:2: 'ner_tags' holds the number 9"):
        list(parquet.read(table(ROW, {**ROW, "ner_tags": [0, 0, 0, 9]}, features=FEATURES), nlp))
    with pytest.raises(DataError, match=r"b.parquet: not a Parquet file that can be read"):
        list(auto()(write("b.parquet", b"PAR1" + b"x" * 40), nlp))
    path = table(*[{"text": f"text {n}"} for n in range(50)], name="c.parquet", compression="none")
    content = bytearray(path.read_bytes())
    content[4:200] = b"\xff" * 196
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"c.parquet:1: the rows from 1 on can't be read"):
        list(parquet.read(path, nlp))


def test_without_pyarrow_the_command_is_named(write, nlp, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(DataError, match=r"a.parquet: .*pyarrow, which is not installed\npip install pyarrow"):
        list(auto()(write("a.parquet", b"PAR1" + b"x" * 40), nlp))
