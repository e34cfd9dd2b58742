"""brat and tables: what is written is read again as it was, and what they can't hold is said."""

import io
import logging
import warnings
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kernel_readers.formats import brat, table
from kernel_readers.formats.format import Settings
from kernel_readers.writers import brat as brat_writer
from kernel_readers.writers import csv as csv_writer

from kernel.errors import KernelWarning
from kernel.tokens import Doc, DocBin, Span
from kernel.vocab.attrs import ENT_IOB

QUICK = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@contextmanager
def said():
    """The warnings of a block."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", KernelWarning)
        messages = []
        yield messages
        messages += [str(each.message) for each in caught]


@pytest.fixture
def through_brat(tmp_path_factory, nlp):
    """The documents as they are read from what was written of them, and the warnings of the writer."""

    def go(*docs):
        folder = tmp_path_factory.mktemp("brat")
        with said() as messages:
            brat_writer().write([(doc, {}) for doc in docs], folder)
        found = [doc for path in brat.read.data_files(folder) for doc in brat.read(path, nlp)]
        return found, messages

    return go


@pytest.fixture
def through_csv(tmp_path_factory, nlp):
    def go(*docs, columns=None):
        path = tmp_path_factory.mktemp("csv") / "a.csv"
        with said() as messages, path.open("wb") as file:
            csv_writer().write([(doc, {}) for doc in docs], file)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", KernelWarning)
            return list(table.read(path, nlp, settings=Settings(columns=columns))), messages, path.read_text()

    return go


def plain(doc):
    """All that brat holds of a document."""
    return {
        "text": doc.text,
        "ents": [(ent.start, ent.end, ent.label_, ent.kb_id_) for ent in doc.ents],
        "iob": doc.columns[ENT_IOB].tolist() if len(doc) else [],
        "spans": {
            key: sorted((each.start, each.end, each.label_, each.kb_id_, each.id_) for each in group)
            for key, group in doc.spans.items()
        },
        "user_data": doc.user_data,
    }


words = st.text(st.characters(whitelist_categories=("L", "N", "P", "S")), min_size=1, max_size=5)
texts = st.lists(
    st.tuples(words, st.sampled_from([" ", "\n", "  ", "\r\n", "\t"])), min_size=0, max_size=9
).map(lambda pairs: "".join(word + space for word, space in pairs))
labels = st.sampled_from(["PERSON", "B-x", "ä", "Org:1"])


@st.composite
def marked(draw):
    """A text, and spans in tokens (start, end, label, id in a knowledge base), which may overlap."""
    text = draw(texts)
    places = st.tuples(
        st.integers(0, 12), st.integers(1, 4), labels, st.sampled_from(["", "Q1", "kb:2", "http://x/y"])
    )
    return text, draw(st.lists(places, max_size=4, unique_by=lambda place: place[:3]))


def annotated(nlp, text, places):
    """A document as brat files are read: all spans that overlap no other are entities, and where some overlap all are a group."""
    doc = nlp.make_doc(text)
    spans = [
        Span(doc, start, min(start + size, len(doc)), label, kb_id=base)
        for start, size, label, base in places
        if start < len(doc)
    ]
    spans = [span for span in spans if not span.text.startswith("\n") and not span.text.endswith("\n")]
    spans = list({(span.start, span.end, span.label_): span for span in spans}.values())
    apart = [a for a in spans if not any(a is not b and a.start < b.end and b.start < a.end for b in spans)]
    overlapping = [span for span in spans if span not in apart]
    if overlapping:
        doc.spans["sc"] = spans
    touched = {token.i for span in overlapping for token in span}
    doc.set_ents(apart, missing=[doc[place : place + 1] for place in sorted(touched)], default="outside")
    return doc


@QUICK
@given(examples=st.lists(marked(), min_size=1, max_size=3))
def test_brat_comes_back(nlp, through_brat, examples):
    docs = [annotated(nlp, *example) for example in examples]
    found, messages = through_brat(*docs)
    assert [plain(doc) for doc in found] == [plain(doc) for doc in docs]
    assert not messages


FULL = (
    "T1\tOrg 0 4\tSony",
    "T7\tOrg 9 17\tEricsson",
    "T2\tMerge 18 24\tmerged",
    "T4\tPlace 28 33;44 51\tNorth America",
    "T5\tPlace 38 51\tSouth America",
    "R1\tWith Arg1:T1 Arg2:T7",
    "E1\tMerge:T2 Org1:T1 Org2:T7",
    "E2\tMerge:T2 Cause:E1",
    "A1\tNegation E1",
    "M1\tConfidence E1 L1",
    "N1\tReference T1 Wikipedia:26989\tSony Group",
    "#1\tAnnotatorNotes T1\tthe company",
    "*\tAlias T1 T7",
)


def test_every_line_of_brat_comes_back(write, nlp, through_brat, tmp_path):
    write("a.txt", b"Sony and Ericsson merged in North\nand South America.\n")
    (doc,) = brat.read(write("a.ann", *FULL), nlp)
    (back,), messages = through_brat(doc)
    assert plain(back) == plain(doc) and not messages
    brat_writer().write([(back, {})], tmp_path)
    assert sorted((tmp_path / "000001.ann").read_text().splitlines()) == sorted(FULL)


def test_relations_of_other_tools_become_lines(nlp, through_brat, tmp_path):
    doc = nlp.make_doc("Ada met Bob")
    doc.ents = [Span(doc, 0, 1, "P"), Span(doc, 2, 3, "P")]
    ends = [{"start": start, "end": start + 3, "label": "P"} for start in (0, 8)]
    doc.user_data["relations"] = [{"label": "met", "head": ends[0], "child": ends[1]}]
    (back,), messages = through_brat(doc)
    assert back.user_data["relations"] == doc.user_data["relations"] and not messages
    doc.user_data["relations"].append({"label": "met", "head": ends[0], "child": {**ends[1], "label": "Q"}})
    _, messages = through_brat(doc)
    assert "1 relations of other things than spans" in messages[0]


def lossy(nlp, name):
    """A document with something that brat can't hold."""
    doc = nlp.make_doc("Ada met Bob Byron\n")
    doc.ents = [Span(doc, 0, 1, "P")]
    if name == "words for a label":
        doc.ents = [Span(doc, 0, 1, "P Q")]
    elif name == "line end":
        doc.ents = [Span(doc, 3, 5, "P")]
    elif name == "another group":
        doc.spans["other"] = [Span(doc, 2, 4, "N")]
    elif name == "group without overlaps":
        doc.spans["sc"] = [Span(doc, 2, 4, "N")]
    elif name == "entities that overlap":
        doc.spans["sc"] = [Span(doc, 0, 2, "N")]
    elif name == "ids":
        doc.ents = [Span(doc, 0, 1, "P", kb_id="a b", span_id="x")]
    elif name == "categories":
        doc.cats = {"A": 1.0}
    elif name == "missing":
        doc.set_ents([], missing=[doc[0:1]], default="outside")
    elif name == "nothing":
        doc = nlp.make_doc("Ada")
    elif name == "user data":
        doc.user_data["own"] = 1
    elif name == "lines":
        doc.user_data["brat"] = [{"id": "A1", "label": "Negation", "of": ["E7"]}]
    return doc


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("words for a label", "1 entities and spans whose labels or borders have white space"),
        ("line end", "1 entities and spans whose labels or borders have white space"),
        ("another group", "1 spans of the group 'other', which are read as entities or as 'sc'"),
        ("group without overlaps", "1 spans that overlap no other, and are read as entities"),
        ("entities that overlap", "1 entities that overlap spans, and are read as spans"),
        ("ids", "2 ids of entities"),
        ("categories", "1 categories"),
        ("missing", "1 tokens of which entities are not annotated"),
        ("nothing", "1 documents of which entities are not annotated"),
        ("user data", "1 user data"),
        ("lines", "1 lines about spans that are no more"),
    ],
)
def test_what_brat_lacks_is_said(nlp, through_brat, name, message):
    found, messages = through_brat(lossy(nlp, name))
    assert len(found) == 1
    assert len(messages) == 1 and message in messages[0] and messages[0].startswith("brat can't hold")


def test_spans_of_one_id_that_is_not_of_brat_stay_apart(nlp, through_brat):
    doc = nlp.make_doc("Ada met Bob Byron")
    doc.set_ents([], default="outside")
    doc.spans["sc"] = [Span(doc, 0, 1, "P", span_id="rule"), Span(doc, 2, 3, "P", span_id="rule")]
    (back,), _ = through_brat(doc)
    assert [ent.text for ent in back.ents] == ["Ada", "Bob"] and not back.spans


names = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=4).filter(str.strip)


@QUICK
@given(
    rows=st.lists(
        st.tuples(
            st.text(
                st.characters(blacklist_categories=("Cs",), blacklist_characters="\r\0"), min_size=1
            ).filter(str.strip),
            st.dictionaries(
                st.sampled_from(["A", "b c", "ü", "1", "true"]), st.sampled_from([0.0, 1.0]), max_size=3
            ),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_tables_come_back(nlp, through_csv, rows):
    docs = []
    for text, cats in rows:
        docs.append(nlp.make_doc(text))
        docs[-1].cats = cats
    found, messages, _ = through_csv(*docs)
    assert [(doc.text, doc.cats) for doc in found] == [(doc.text, doc.cats) for doc in docs]
    assert not messages


def with_cats(nlp, *pairs):
    docs = []
    for text, cats in pairs:
        doc = nlp.make_doc(text)
        doc.cats = cats
        docs.append(doc)
    return docs


def test_one_category_a_text_is_a_label(nlp, through_csv):
    docs = with_cats(nlp, ("one, two", {"text": 1, "a;b": 0}), ('"x"\ny', {"text": 0, "a;b": 1}), ("z", {}))
    found, messages, content = through_csv(*docs)
    assert content == 'text,label\n"one, two",text\n"""x""\ny",a;b\nz,\n'
    assert [doc.cats for doc in found] == [{"text": 1, "a;b": 0}, {"text": 0, "a;b": 1}, {}]
    assert not messages


def test_scores_are_columns(nlp, through_csv, caplog):
    docs = with_cats(nlp, ("one", {"A": 0.25, "B": 0.75}), ("two", {"A": 1.0, "B": 0.0}))
    with caplog.at_level(logging.INFO, "kernel"):
        found, messages, content = through_csv(*docs, columns=["text", "cat", "cat"])
    assert content == "text,A,B\none,0.25,0.75\ntwo,1,0\n"
    assert [doc.cats for doc in found] == [doc.cats for doc in docs] and not messages
    assert 'columns = ["text", "cat", "cat"]' in caplog.text


def test_what_tables_lack_is_said(nlp, through_csv):
    docs = with_cats(nlp, ("one\r\ntwo", {"A": 1, "a;b": 1, "id": 1}), (" ", {"A": 1}))
    docs[0].ents = [Span(docs[0], 0, 1, "P")]
    found, (message,), _ = through_csv(*docs)
    assert [(doc.text, doc.cats) for doc in found] == [("one\ntwo", {"A": 1})]
    for part in (
        "1 entities (in 1 of 2 documents)",
        "2 categories with names that no column can have",
        "1 documents without a text",
        "1 carriage returns at the ends of lines",
    ):
        assert part in message


def test_rows_wait_for_categories_that_come_late(nlp):
    docs = [(doc, {}) for doc in with_cats(nlp, ("one", {}), ("two", {"A": 1, "B": 1}), ("three", {"C": 0}))]
    stream = io.BytesIO()
    csv_writer().write(iter(docs), stream)
    assert stream.getvalue().decode() == "text,A,B,C\none,,,\ntwo,1,1,\nthree,,,0\n"


def test_an_empty_document_is_a_text_for_brat(nlp, through_brat):
    (back,), _ = through_brat(Doc(nlp.vocab))
    assert back.text == ""


def test_user_data_that_went_through_a_binary_file(write, nlp, through_brat, tmp_path):
    write("a.txt", b"Sony and Ericsson merged in North\nand South America.\n")
    (doc,) = brat.read(write("a.ann", *FULL), nlp)
    (stored,) = DocBin().from_bytes(DocBin(docs=[doc], store_user_data=True).to_bytes()).get_docs(nlp.vocab)
    (back,), messages = through_brat(stored)
    assert plain(back) == plain(doc) and not messages


def test_zeros_and_lone_carriage_returns(nlp, through_brat, through_csv):
    doc = nlp.make_doc("a\0 b\rc d")
    doc.ents = [Span(doc, len(doc) - 1, len(doc), "X")]
    (back,), (message,) = through_brat(doc)
    assert back.text == "a\ufffd b\rc d" and [ent.text for ent in back.ents] == ["d"]
    assert "1 characters U+0000, which are U+FFFD there" in message
    doc.set_ents([])
    doc.cats = {"A": 1.0}
    (back, other), (message,), _ = through_csv(doc, *with_cats(nlp, ("\r", {}), ("x\r", {"B": 1.0})))
    assert (back.text, other.text) == ("a\ufffd b\rc d", "x\r") and "1 characters U+0000" in message
