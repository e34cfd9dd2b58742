"""brat standoff: files as its documentation lays them out, and what is wrong with others."""

import pytest
from kernel_readers.converters import auto
from kernel_readers.corpus import make_corpus
from kernel_readers.detect import detect
from kernel_readers.files import data_files
from kernel_readers.formats.brat import read
from kernel_readers.report import Report
from kernel_readers.streams.corpus import make_streamed_corpus

from kernel.errors import DataError, KernelWarning

TEXT = "Sony and Ericsson merged in North\nand South America.\n"
SPANS = (
    "T1\tOrg 0 4\tSony",
    "T2\tMerge 18 24\tmerged",
    "T3\tOrg 9 17\tEricsson",
    "T4\tPlace 28 33;44 51\tNorth America",
    "T5\tPlace 38 51\tSouth America",
)
OTHERS = (
    "R1\tWith Arg1:T1 Arg2:T3",
    "E1\tMerge:T2 Org1:T1 Org2:T3",
    "E2\tMerge:T2 ",
    "A1\tNegation E1",
    "M1\tConfidence E1 L1",
    "N1\tReference T1 Wikipedia:26989\tSony Group",
    "#1\tAnnotatorNotes T1\tthe company, not the brand",
    "*\tAlias T1 T3",
)


@pytest.fixture
def made(write):
    def make(*lines, text=TEXT, name="a"):
        write(f"{name}.txt", text.encode())
        return write(f"{name}.ann", *lines) if lines else write(f"{name}.ann", b"")

    return make


def spans(group):
    return [(span.text, span.label_) for span in group]


def test_every_kind_of_line(made, nlp):
    (doc,) = read(made(*SPANS, *OTHERS), nlp)
    assert doc.text == TEXT
    assert spans(doc.ents) == [("Sony", "Org"), ("Ericsson", "Org"), ("merged", "Merge")]
    assert [ent.kb_id_ for ent in doc.ents] == ["Wikipedia:26989", "", ""]
    assert [(span.text, span.label_, span.id_) for span in doc.spans["sc"]] == [
        ("Sony", "Org", ""),
        ("Ericsson", "Org", ""),
        ("merged", "Merge", ""),
        ("North", "Place", "T4"),
        ("South America", "Place", ""),
        ("America", "Place", "T4"),
    ]
    assert doc.user_data["relations"] == [
        {
            "label": "With",
            "head": {"start": 0, "end": 4, "label": "Org"},
            "child": {"start": 9, "end": 17, "label": "Org"},
        }
    ]
    assert doc.user_data["brat"][5:] == [
        {"id": "R1", "label": "With", "arguments": [["Arg1", "T1"], ["Arg2", "T3"]]},
        {"id": "E1", "label": "Merge", "of": ["T2"], "arguments": [["Org1", "T1"], ["Org2", "T3"]]},
        {"id": "E2", "label": "Merge", "of": ["T2"]},
        {"id": "A1", "label": "Negation", "of": ["E1"]},
        {"id": "M1", "label": "Confidence", "of": ["E1"], "value": "L1"},
        {"id": "N1", "label": "Reference", "of": ["T1"], "value": "Wikipedia:26989", "text": "Sony Group"},
        {"id": "#1", "label": "AnnotatorNotes", "of": ["T1"], "text": "the company, not the brand"},
        {"id": "*", "label": "Alias", "of": ["T1", "T3"]},
    ]
    assert doc.user_data["brat"][3] == {"id": "T4", "label": "Place", "parts": [[28, 33], [44, 51]]}


def test_tokens_of_spans_in_the_group_are_not_annotated(made, nlp):
    (doc,) = read(made(*SPANS), nlp)
    assert [token.text for token in doc if not token.ent_iob] == ["North", "South", "America"]
    assert "brat" not in doc.user_data and "relations" not in doc.user_data


def test_a_span_over_the_end_of_a_line_is_one(made, nlp):
    (doc,) = read(made("T1\tPlace 28 33;34 37\tNorth and"), nlp)
    assert spans(doc.ents) == [("North\nand", "Place")] and not doc.spans


def test_the_same_span_twice_is_one_entity(made, nlp):
    (doc,) = read(made("T1\tOrg 0 4\tSony", "T2\tOrg 0 4\tSony"), nlp)
    assert spans(doc.ents) == [("Sony", "Org")]


def test_nothing_annotated(made, nlp):
    path = made()
    (doc,) = auto()(path, nlp)
    assert doc.has_annotation("ENT_IOB") and not doc.ents
    assert len(list(make_corpus(path)(nlp))) == 1


def test_line_ends_of_windows_count(made, nlp):
    (doc,) = read(made("T1\tOrg 5 9\tSony", text="Hi,\r\nSony\r\n"), nlp)
    assert spans(doc.ents) == [("Sony", "Org")]


def test_spans_that_are_no_tokens_are_said_with_their_line(made, nlp):
    with pytest.warns(KernelWarning, match=r"1 entity doesn't .*line 2, offset 9: 'Org' 'Eric'"):
        list(read(made("T1\tOrg 0 4\tSony", "T2\tOrg 9 13\tEric"), nlp))


def test_a_folder_is_its_pairs(made, write, tmp_path, nlp):
    made(*SPANS, name="data/b")
    made(name="data/c")
    write("data/annotation.conf", "[entities]")
    write("data/manifest.json", "{}")
    report = Report()
    found = data_files(tmp_path / "data", report)
    assert [path.name for path in found] == ["b.ann", "c.ann"]
    assert [what for what, counted in report.remarks.items() if not counted.is_harmless] == []
    assert [path.name for path in read.data_files(tmp_path / "data")] == ["b.ann", "c.ann"]
    assert len(list(make_corpus(tmp_path / "data")(nlp))) == 2
    assert len(list(make_corpus(tmp_path / "data", format="brat")(nlp))) == 2


def test_either_file_is_named(made, tmp_path, nlp):
    assert detect(made(*SPANS)) == "brat"
    (doc,) = read(tmp_path / "a.txt", nlp)
    assert len(doc.ents) == 3


def test_a_lone_file(write, nlp):
    with pytest.raises(DataError, match=r"a.ann: there is no text beside it: a.txt\nbrat keeps"):
        list(read(write("a.ann", "T1\tOrg 0 4\tSony"), nlp))
    with pytest.raises(DataError, match=r"b.txt: there are no annotations beside it: b.ann"):
        list(read(write("b.txt", "Sony"), nlp))


MALFORMED = {
    "T1 Org 0 4 Sony": "expected an id, a tab and what is annotated",
    "X1\tOrg 0 4\tSony": "Ids begin with one of T, R",
    "T1\tOrg 0\tSony": "T1 needs a type and places, found 'Org 0'",
    "T1\tOrg 0 four\tSony": "T1 needs a type and places",
    "T1\tOrg 0 400\tSony": r"the place \[0:400\] of T1 is outside of the text of 53 characters",
    "T1\tOrg 4 4\t": r"the place \[4:4\] of T1 is empty",
    "T1\tOrg 9 4\tSony": r"the place \[9:4\] of T1 is out of order",
    "T1\tOrg 9 17;0 4\tEricsson Sony": r"the place \[0:4\] of T1 is out of order",
    "T1\tOrg 0 4\tSoni": "the text of T1 is 'Soni', and 'Sony' stands there",
    "R1\tWith Arg1:T9": "R1 needs two arguments, found 1",
    "R1\tWith Arg1:T9 Arg2:T8": "R1 names T9, which no line has",
    "R1\tWith T9 T8": "R1: expected ROLE:ID, found 'T9'",
    "E1\tMerge Org:T1": "E1 needs a type and its trigger",
    "A1\tNegation": "A1 needs a type and what it is about",
    "A1\tNegation T9 a b": "A1 needs a type, an id and a value at most",
    "N1\tReference T9\tSony": "N1 needs a type, an id and a reference",
    "#1\tAnnotatorNotes T9 x\tSony": "#1 needs a type and an id, found",
    "*\tAlias T0": "Alias needs two ids or more",
    "T0\tOrg 9 17\tEricsson": "T0 is the id of line 1 too",
}


@pytest.mark.parametrize("line", MALFORMED)
def test_malformed_lines(made, nlp, line):
    path = made("T0\tOrg 0 4\tSony", "", line)
    with pytest.raises(DataError, match=MALFORMED[line]) as caught:
        list(read(path, nlp))
    assert (caught.value.path, caught.value.line) == (path, 3)


def test_all_malformed_lines_are_told(made, nlp):
    with pytest.raises(DataError, match=r"2 lines can't be read:\n  line 1: .*\n  line 2: "):
        list(read(made("T1", "T2"), nlp))


def test_a_text_that_is_not_utf8(write, nlp):
    write("a.txt", b"one\n\xff\n")
    with pytest.raises(DataError, match=r"a.txt:2: .*0xff"):
        list(read(write("a.ann", b""), nlp))


def test_a_stream_of_a_folder(made, tmp_path, nlp):
    made(*SPANS, name="data/b")
    made(name="data/c")
    corpus = make_streamed_corpus(tmp_path / "data", shuffle=False)
    assert [len(example.reference.ents) for example in corpus(nlp)] == [3, 0]


def test_a_folder_of_annotations_without_texts_names_what_is_missing(tmp_path):
    for name in ("a.ann", "b.ann"):
        (tmp_path / name).write_text("T1\tX 0 1\ta\n")
    with pytest.raises(DataError, match=r"a.txt is missing \(and 1 more such files\)"):
        data_files(tmp_path)
