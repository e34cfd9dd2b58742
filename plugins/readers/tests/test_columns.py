"""Column files and sentence lines: entity tags of every scheme, documents, tags."""

import warnings

import pytest
from kernel_readers.formats import columns, sentence_lines
from kernel_readers.report import Report

from kernel.errors import DataError, KernelWarning


def entities(docs):
    return [(ent.text, ent.label_) for doc in docs for ent in doc.ents]


@pytest.mark.parametrize(
    "rows",
    [
        ["Ada B-PER", "Lovelace I-PER", "in O", "Rome B-LOC"],
        ["Ada\tB-PER", "Lovelace\tI-PER", "in\tO", "Rome\tB-LOC"],
        ["Ada I-PER", "Lovelace I-PER", "in O", "Rome I-LOC"],
        ["Ada B-PER", "Lovelace L-PER", "in O", "Rome U-LOC"],
        ["Ada B-PER", "Lovelace E-PER", "in O", "Rome S-LOC"],
        ["Ada NNP x B-PER", "Lovelace NNP x L-PER", "in IN x O", "Rome NNP x U-LOC"],
    ],
    ids=["iob2", "tabs", "iob1", "biluo", "bioes", "columns"],
)
def test_schemes_say_the_same(write, nlp, rows):
    docs = list(columns.read(write("a.iob", *rows), nlp))
    assert entities(docs) == [("Ada Lovelace", "PER"), ("Rome", "LOC")]


def test_long_entity_in_bioes_and_biluo(write, nlp):
    for inside, last in (("I", "L"), ("I", "E"), ("M", "E")):
        path = write("a.iob", "a B-X", f"b {inside}-X", f"c {inside}-X", f"d {last}-X")
        assert entities(columns.read(path, nlp)) == [("a b c d", "X")]


def test_adjacent_entities(write, nlp):
    path = write("a.iob", "a B-X", "b B-X", "c I-X", "d B-Y", "e I-Y")
    assert entities(columns.read(path, nlp)) == [("a", "X"), ("b c", "X"), ("d e", "Y")]


def test_no_entity_crosses_a_sentence(write, nlp):
    path = write("a.iob", "a B-X", "", "b I-X", "c B-X")
    with pytest.warns(KernelWarning, match=r"a.iob:3: I- follows no entity of its label and opens one; 1 in"):
        assert entities(columns.read(path, nlp)) == [("a", "X"), ("b", "X"), ("c", "X")]


def test_inside_after_outside_is_counted_once_a_file(write, nlp):
    rows = ["a B-X", "b O", "c I-X", ""] * 25
    path = write("a.iob", *rows)
    with pytest.warns(KernelWarning) as caught:
        docs = list(columns.read(path, nlp, n_sents=2))
    assert len(docs) == 13
    assert [str(warning.message) for warning in caught] == [
        f"{path}:3: I- follows no entity of its label and opens one; 25 in this file"
    ]


def test_first_scheme_of_all_has_nothing_to_count(write, nlp):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        docs = list(columns.read(write("a.iob", "a I-X", "b O", "c I-X"), nlp))
    assert entities(docs) == [("a", "X"), ("c", "X")]


def test_missing_tags(write, nlp):
    doc = next(iter(columns.read(write("a.iob", "a B-X", "b -", "c O"), nlp)))
    assert [token.ent_iob_ for token in doc] == ["B", "", "O"]


@pytest.mark.parametrize("n_sents", [0, 1, 2, 10])
def test_strictness_does_not_depend_on_the_grouping(write, nlp, n_sents):
    path = write("a.biluo", "a U-X", "", "b B-X", "c O", "")
    with pytest.raises(DataError, match=r"a.biluo:4: O follows the entity 'X', which is not closed"):
        list(columns.read(path, nlp, n_sents=n_sents))


def test_a_word_that_looks_like_a_tag_makes_no_file_strict(write, nlp):
    path = write("a.iob", "L-shaped O", "table B-X", "S-bahn I-X", "ended O")
    assert entities(columns.read(path, nlp)) == [("table S-bahn", "X")]


def test_documents_and_sentences(write, nlp):
    rows = ["-DOCSTART- -X- O O", "", "a B-X", "", "b O", "", "-DOCSTART- O", "", "c O"]
    docs = list(columns.read(write("a.iob", *rows), nlp))
    assert [doc.text for doc in docs] == ["a b", "c"]
    assert [sent.text for sent in docs[0].sents] == ["a", "b"]


@pytest.mark.parametrize(
    ("n_sents", "sizes"),
    [(None, [10, 10, 5]), (0, [25]), (1, [1] * 25), (4, [4, 4, 4, 4, 4, 4, 1]), (99, [25])],
)
def test_grouping(write, nlp, n_sents, sizes):
    path = write("a.iob", *["a B-X", "b O", ""] * 25)
    docs = list(columns.read(path, nlp, n_sents=n_sents))
    assert [len(list(doc.sents)) for doc in docs] == sizes
    assert len(entities(docs)) == 25


def test_grouping_inside_of_documents(write, nlp):
    document = ["-DOCSTART- O", "", *["a B-X", ""] * 3]
    docs = list(columns.read(write("a.iob", *document, *document), nlp, n_sents=0))
    assert [len(doc) for doc in docs] == [3, 3]
    docs = list(columns.read(write("a.iob", *document, *document), nlp))
    assert [len(doc) for doc in docs] == [3, 3]
    docs = list(columns.read(write("a.iob", *document, *document), nlp, n_sents=2))
    assert [len(doc) for doc in docs] == [2, 1, 2, 1]


def test_tags_of_a_middle_column(write, nlp):
    doc = next(iter(columns.read(write("a.iob", "Ada NNP B-NP B-PER", "ran VBD O O"), nlp)))
    assert [token.tag_ for token in doc] == ["NNP", "VBD"]
    plain = next(iter(columns.read(write("a.iob", "Ada B-PER", "ran O"), nlp)))
    assert not plain.has_annotation("TAG")


def test_sentence_lines(write, nlp):
    path = write("a.iob", "Ada|NNP|B-PER ran|VBD|O", "", "-DOCSTART-", "Bob|NNP|B-PER a|b|NN|O")
    docs = list(sentence_lines.read(path, nlp))
    assert [[token.text for token in doc] for doc in docs] == [["Ada", "ran"], ["Bob", "a|b"]]
    assert entities(docs) == [("Ada", "PER"), ("Bob", "PER")]
    assert [token.tag_ for token in docs[1]] == ["NNP", "NN"]


def test_sentence_lines_in_two_parts_and_biluo(write, nlp):
    docs = list(sentence_lines.read(write("a.iob", "New|B-LOC York|L-LOC is|O", "Rome|U-LOC"), nlp))
    assert entities(docs) == [("New York", "LOC"), ("Rome", "LOC")]
    with pytest.raises(DataError, match=r"b.iob:1: O follows the entity 'LOC'"):
        list(sentence_lines.read(write("b.iob", "New|B-LOC is|O", "Rome|U-LOC"), nlp))


def test_a_file_without_blank_lines_is_warned_of(write, nlp):
    for words, is_said in ((500, False), (501, True)):
        path, report = write("a.iob", *["x O"] * words), Report()
        (doc,) = columns.read(path, nlp, report=report)
        assert len(doc) == words
        found = [one.message for one in report.findings(path) if one.level == "warn"]
        text = (
            "sentences of more than 500 words: 1. A blank line ends a sentence; the file seems to lack them"
        )
        assert found == [f"{path}: {text} (the first: line 1)"] * is_said
