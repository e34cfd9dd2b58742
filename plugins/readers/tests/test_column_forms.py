"""What the columns of a file are: told by the whole file, or named; never guessed where that could cost data."""

import logging

import pytest
from kernel_readers import lines
from kernel_readers.detect import detect
from kernel_readers.formats import columns, sentence_lines
from kernel_readers.formats.column_form import form_of
from kernel_readers.formats.format import Settings

from kernel.errors import DataError


def shown(docs):
    """(words, entities) of all documents."""
    docs = list(docs)
    return [token.text for doc in docs for token in doc], [
        (ent.text, ent.label_) for doc in docs for ent in doc.ents
    ]


ROWS = [("Ada", "B-PER"), ("Lovelace", "I-PER"), ("saw", "O"), ("Rome", "B-LOC")]
SENTENCE = (["Ada", "Lovelace", "saw", "Rome"], [("Ada Lovelace", "PER"), ("Rome", "LOC")])


@pytest.mark.parametrize(
    "rows",
    [
        ["0\tAda\tB-PER", "1\tLovelace\tI-PER", "2\tsaw\tO", "3\tRome\tB-LOC"],
        ["1 Ada B-PER", "2 Lovelace I-PER", "3 saw O", "4 Rome B-LOC"],
        ["1\tAda\tB-PER\t-\t-", "2\tLovelace\tI-PER\t-\t-", "3\tsaw\tO\t-\t-", "4\tRome\tB-LOC\t-\t-"],
        ["Ada\tB-PER\tO", "Lovelace\tI-PER\tO", "saw\tO\tO", "Rome\tB-LOC\tO"],
        ["Ada B-PER x", "Lovelace I-PER y", "saw O z", "Rome B-LOC x"],
        ["Ada\tB-PER\t", "Lovelace\tI-PER\t", "saw\tO\t", "Rome\tB-LOC\t"],
        ["Ada NNP B-NP B-PER", "Lovelace NNP I-NP I-PER", "saw VBD B-VP O", "Rome NNP B-NP B-LOC"],
        ["Ada B-NP B-PER", "Lovelace I-NP I-PER", "saw B-VP O", "Rome B-NP B-LOC"],
        ["1\tAda\tB-PER", "2-3\tx\t_", "2\tLovelace\tI-PER", "3\tsaw\tO", "3.1\ty\t_", "4\tRome\tB-LOC"],
    ],
    ids=[
        "from 0",
        "from 1",
        "Universal NER",
        "nothing nested",
        "more after",
        "open end",
        "CoNLL-2003",
        "chunks",
        "no words",
    ],
)
def test_word_and_tag_are_found(write, nlp, recwarn, rows):
    assert shown(columns.read(write("a.tsv", *rows, "", *rows), nlp)) == (SENTENCE[0] * 2, SENTENCE[1] * 2)


def test_numbers_that_go_on_through_the_file(write, nlp):
    rows = ["0 Ada B-PER", "1 Lovelace I-PER", "", "2 saw O", "3 Rome B-LOC"]
    assert shown(columns.read(write("a.tsv", *rows), nlp)) == SENTENCE


@pytest.mark.parametrize("size", range(1, 30))
@pytest.mark.parametrize("blank", [[""], ["", ""], ["", "", " "]])
def test_numbers_that_go_on_do_so_over_the_ends_of_blocks_and_blank_lines(
    write, nlp, monkeypatch, size, blank
):
    monkeypatch.setattr(lines, "_BLOCK", size)
    rows = ["0 Ada B-PER", "1 Lovelace I-PER", *blank, "2 saw O", *blank, "3 Rome B-LOC", ""]
    path = write("a.tsv", *rows)
    assert shown(columns.read(path, nlp)) == SENTENCE and form_of(path).index == 0


@pytest.mark.parametrize("size", range(1, 20))
def test_the_end_of_a_block_is_no_blank_line(write, monkeypatch, size):
    monkeypatch.setattr(lines, "_BLOCK", size)
    # Nothing ends before the second 1, so that the numbers count no words.
    with pytest.raises(DataError, match="do not count the words"):
        form_of(write("a.tsv", "1 Ada B-PER", "1 Lovelace I-PER", "2 saw O", "3 Rome B-LOC"))


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["1\tAda\tB-PER\tO", "2\tRome\tB-ORG\tB-LOC"], "the columns 3 and 4 both hold entity tags"),
        (["Ada B-PER B-X", "Rome B-ORG O"], "the columns 2 and 3 both hold entity tags"),
        (["7 Ada B-PER", "3 ran O"], "the first column holds numbers only, which do not count the words"),
        (["1 Ada x B-PER", "2 ran O"], "the first column holds numbers, and lines have different numbers"),
    ],
)
def test_what_the_file_leaves_open_is_refused(write, nlp, rows, message):
    with pytest.raises(DataError, match=rf"a.tsv: {message}.*\n.*columns = "):
        list(columns.read(write("a.tsv", *rows), nlp))


IDS = [
    ["s1-1", "s1-2", "s1-3", "s1-4"],
    ["doc12_t1", "doc12_t2", "doc12_t3", "doc13_t1"],
    ["w1", "w2", "w3", "w10"],
    ["a.b-7", "a.c-8", "ab.c-9", "a.b-10"],
]


@pytest.mark.parametrize("ids", IDS)
@pytest.mark.parametrize("separator", ["\t", " "])
def test_a_column_of_names_is_not_taken_for_words(write, nlp, ids, separator):
    rows = [separator.join([each, *row]) for each, row in zip(ids, ROWS, strict=True)]
    path = write("a.tsv", "\n".join(rows[:2]) + "\n\n" + "\n".join(rows[2:]) + "\n")
    with pytest.raises(
        DataError, match=r"names that are numbered, and no words: .*\n.*columns = \[\"id\", \"word\""
    ):
        list(columns.read(path, nlp))
    for named in (["id", "word", "tag"], ["_", "word", "tag"]):
        assert shown(columns.read(path, nlp, settings=Settings(columns=named))) == SENTENCE
    other = write(
        "b.tsv", "\n".join(separator.join([*row, each]) for each, row in zip(ids, ROWS, strict=True))
    )
    assert shown(columns.read(other, nlp, settings=Settings(columns=["word", "tag", "id"]))) == SENTENCE


def test_words_with_numbers_are_words(write, nlp):
    path = write("a.tsv", "B52\tNN\tO\nF16\tNN\tO\nland\tVB\tO\nA380\tNN\tO\n")
    assert shown(columns.read(path, nlp))[0] == ["B52", "F16", "land", "A380"]
    path = write("b.tsv", "covid-19\tNN\tO\ncovid-19\tNN\tO\ncovid-19\tNN\tO\n")
    assert shown(columns.read(path, nlp))[0] == ["covid-19"] * 3


def test_an_id_among_numbers_is_refused_with_the_way_out(write, nlp):
    path = write("a.tsv", "1\tAda\tB-PER\nx\tran\tO\n3\toff\tO\n")
    with pytest.raises(DataError, match=r"a.tsv:2: 'x' is no number of a word\n.*call it _"):
        list(columns.read(path, nlp, settings=Settings(columns=["id", "word", "tag"])))


def test_named_columns(write, nlp):
    path = write("a.tsv", "1\tAda\tB-PER\tO\tNNP", "2\tRome\tB-ORG\tB-LOC\tNN")
    for names, entities in (
        (["id", "word", "tag", "_", "pos"], [("Ada", "PER"), ("Rome", "ORG")]),
        (["id", "word", "_", "tag", "_"], [("Rome", "LOC")]),
        (["_", "word", "_", "_", "pos"], []),
    ):
        docs = list(columns.read(path, nlp, settings=Settings(columns=names)))
        assert shown(docs) == (["Ada", "Rome"], entities)
        assert [token.tag_ for token in docs[0]] == (["NNP", "NN"] if "pos" in names else ["", ""])
        assert docs[0].has_annotation("ENT_IOB") == ("tag" in names)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["word", "entity"], "no column is called 'entity'"),
        (["tag", "_"], "one column is 'word'"),
        (["word", "word"], "one column is 'word'"),
        (["word", "tag", "tag"], "none is named twice"),
    ],
)
def test_names_that_make_no_sense(write, nlp, names, message):
    with pytest.raises(DataError, match=message):
        list(columns.read(write("a.tsv", "Ada\tO"), nlp, settings=Settings(columns=names)))


def test_a_line_of_another_length_is_named(write, nlp):
    path = write("a.tsv", "Ada\tB-PER", "ran\tx\tO")
    with pytest.raises(DataError, match=r"a.tsv:2: 3 columns instead of 2"):
        list(columns.read(path, nlp, settings=Settings(columns=["word", "tag"])))


def test_a_file_says_what_was_taken(write, nlp, caplog):
    mark = "-DOCSTART- -X- O O"
    path = write(
        "a.conll", mark, "", "Ada NNP B-NP U-LOC", "", "ran VBD B-VP O", "", mark, "", "Bob NNP B-NP U-PER"
    )
    with caplog.at_level(logging.INFO, "kernel"):
        list(columns.read(path, nlp))
    assert caplog.messages == [
        f"{path}: 4 columns, word, part-of-speech tag and BILUO tag (not read: 3); 3 sentences; 2 documents"
    ]


@pytest.mark.parametrize(
    ("rows", "form"),
    [
        (["Ada B-PER", "ran O"], "2 columns, word and BIO tag"),
        (["Ada I-PER", "ran O"], "2 columns, word and IOB tag"),
        (["Ada S-PER", "ran O"], "2 columns, word and BIOES tag"),
        (["Ada B-PER", "B E-PER", "C M-PER"], "2 columns, word and BMES tag"),
        (["1\tAda\tU-PER", "2\tran\tO"], "3 columns, number, word and BILUO tag"),
    ],
)
def test_forms_by_name(write, rows, form):
    assert str(form_of(write("a.tsv", *rows))) == form


def test_comments_are_no_tokens_and_hashtags_are(write, nlp):
    rows = [
        "# id 11-22\tdomain=train",
        "#ada _ _ B-PER",
        "ran _ _ O",
        "# _ _ O",
        "",
        "# text = a S-bahn",
        "# x",
        "Rome _ _ B-LOC",
    ]
    path = write("a.conll", *rows)
    assert shown(columns.read(path, nlp)) == (
        ["#ada", "ran", "#", "Rome"],
        [("#ada", "PER"), ("Rome", "LOC")],
    )
    assert not form_of(path).is_biluo
    with pytest.raises(DataError, match=r"b.conll:2: '# note' stands inside of a sentence"):
        list(columns.read(write("b.conll", "Ada B-PER", "# note", "ran O"), nlp))


def test_comments_start_documents(write, nlp):
    rows = [
        "# newdoc id = a",
        "1\tAda\tO\t-",
        "",
        "# newdoc id = b",
        "# text = x",
        "1\tBob\tO\t-",
        "2\tran\tB-X\t-",
    ]
    assert [doc.text for doc in columns.read(write("a.iob2", *rows), nlp)] == ["Ada", "Bob ran"]


@pytest.mark.parametrize(
    ("read", "rows", "mark"),
    [
        (columns.read, ["Ada B-PER", "ran O", ""], "-DOCSTART- -X- O"),
        (sentence_lines.read, ["Ada|B-PER ran|O"], "-DOCSTART-"),
    ],
    ids=["columns", "sentence lines"],
)
def test_a_lone_mark_at_the_top_makes_no_document_of_all(write, nlp, read, rows, mark):
    top = write("top.conll", mark, *([""] if read is columns.read else []), *rows * 12)
    assert [len(doc) for doc in read(top, nlp)] == [20, 4]
    assert [len(doc) for doc in read(top, nlp, n_sents=0)] == [24]
    later = write("later.conll", *rows, mark, *([""] if read is columns.read else []), *rows * 11)
    assert [len(doc) for doc in read(later, nlp)] == [2, 22]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(write, nlp, end):
    text = end.join(["\ufeffAda B-PER", "ran O", "", "Rome B-LOC", ""])
    path = write("a.conll", text.encode())
    assert shown(columns.read(path, nlp)) == (["Ada", "ran", "Rome"], [("Ada", "PER"), ("Rome", "LOC")])
    assert detect(path) == "iob"


@pytest.mark.parametrize("blank", ["\u00a0", "\u2009", "\x85", "\u2028", "\x1c", "\x0b"])
@pytest.mark.parametrize("separator", ["\t", " "])
def test_unusual_white_space_belongs_to_the_word(write, nlp, blank, separator):
    path = write("a.conll", f"10{blank}000{separator}B-NUM".encode(), "")
    assert shown(columns.read(path, nlp)) == ([f"10{blank}000"], [(f"10{blank}000", "NUM")])


def test_utf_16_is_called_by_its_name(write, nlp):
    with pytest.raises(DataError, match=r"a.conll: the file is text in UTF-16, .*\n.*iconv -f utf-16"):
        list(columns.read(write("a.conll", "Ada B-PER\n".encode("utf-16")), nlp))


@pytest.mark.parametrize(
    ("name", "rows", "found"),
    [
        ("a.conllu", ["0\tAda\tB-PER", "1\tran\tO"], "iob"),
        ("a.conllu", ["1\tAda\t_"], "conllu"),
        ("a.CONLLU", ["1\tAda" + "\t_" * 8], "conllu"),
        ("a.iob2", ["# text = x", "1\tAda\tB-PER\t-\t-"], "iob"),
        ("a.JSONL", ["{}"], "jsonl"),
        ("a.TXT", ["Ada ran."], "text"),
        ("a.txt", ["It was\u2028O", "late -\x85x"], "text"),
    ],
)
def test_formats_are_told_by_the_form(write, name, rows, found):
    assert detect(write(name, *rows)) == found


def test_all_columns_are_named_by_their_size(write):
    path = write("a.tsv", "a\tb\tc\tB-X", "a\tb\tc\tO")
    assert form_of(path).size == 4 and form_of(path).tag == 3


@pytest.mark.parametrize("tag", ["L-P", "E-P"])
def test_the_scheme_counts_tags_of_words_that_begin_with_a_hash(write, nlp, tag):
    (doc,) = columns.read(write("a.iob", "Ada\tB-P", f"#1\t{tag}", "ran\tO"), nlp)
    assert [(ent.text, ent.label_) for ent in doc.ents] == [("Ada #1", "P")]
    (doc,) = columns.read(write("b.iob", "# see L-1", "Ada\tB-P", "Lee\tI-P", "ran\tO"), nlp)
    assert [(ent.text, ent.label_) for ent in doc.ents] == [("Ada Lee", "P")]


def test_broken_columns_are_no_plain_text(write):
    with pytest.raises(
        DataError, match="a.txt: 2 of the first 4 lines end in an entity tag, and the others don't"
    ):
        detect(write("a.txt", "Ada B-PER", "Lovelace I-PER", "saw X", "", "Rome"))
    lines = ["We took the B-12", "Nobody saw it.", "It rained.", "Then it stopped.", "We went home."]
    assert detect(write("b.txt", *lines)) == "text"
