"""Column files are written in any scheme, and read back."""

from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_readers import writers
from kernel_readers.converters import iob, iob_lines

from kernel import blank
from kernel.tokens import Doc, Span
from kernel.vocab import Vocab

from .documents import documents

WORDS = ["Ann", "Lee", "met", "Bo", "May", "in", "Rome", "."]
ENTS = ["B-PER", "I-PER", "O", "B-PER", "B-PER", "O", "B-LOC", "O"]
SCHEMES = {
    "iob": ["B-PER", "I-PER", "O", "B-PER", "B-PER", "O", "B-LOC", "O"],
    "iob1": ["I-PER", "I-PER", "O", "I-PER", "B-PER", "O", "I-LOC", "O"],
    "biluo": ["B-PER", "L-PER", "O", "U-PER", "U-PER", "O", "U-LOC", "O"],
    "bioes": ["B-PER", "E-PER", "O", "S-PER", "S-PER", "O", "S-LOC", "O"],
}


def written(make, docs):
    target = BytesIO()
    make().write([(doc, {}) for doc in docs], target)
    return target.getvalue().decode()


def doc_of(words=WORDS, **annotations):
    return Doc(Vocab(), words=words, **annotations)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_scheme(scheme):
    expected = [f"{word}\t{tag}" for word, tag in zip(WORDS, SCHEMES[scheme], strict=True)]
    doc = doc_of(ents=ENTS, sent_starts=[place in (0, 5) for place in range(8)])
    assert written(getattr(writers, scheme), [doc]).splitlines() == [*expected[:5], "", *expected[5:], ""]


def test_the_columns_of_conll2003():
    doc = doc_of(["Ann", "sings"], tags=["NNP", ""], ents=["B-PER", ""])
    assert written(writers.conll2003_columns, [doc, doc_of(["So"], ents=["O"])]) == (
        "-DOCSTART- -X- -X- O\n\nAnn NNP -X- B-PER\nsings -X- -X- -\n\n-DOCSTART- -X- -X- O\n\nSo -X- -X- O\n\n"
    )


def test_lines_of_words_and_tags():
    doc = doc_of(["Ann", "s|ngs"], tags=["NNP", ""], ents=["B-PER", "O"])
    plain = doc_of(["So"], ents=["O"])
    assert written(writers.iob_lines, [doc, plain]) == "Ann|NNP|B-PER s|ngs||O\nSo|O\n"


def test_what_columns_cannot_hold_is_told():
    doc = doc_of(
        ["a b", "c\td", " ", "e"], pos=["X"] * 4, sent_starts=[1, 0, 0, 1], ents=["B-X", "I-X", "I-X", "I-X"]
    )
    doc.spans["sc"] = [Span(doc, 0, 1, "Y")]
    with pytest.warns() as caught:
        text = written(writers.conll2003_columns, [doc, Doc(doc.vocab, words=["\n"])])
    assert text.startswith(
        "-DOCSTART- -X- -X- O\n\na_b -X- -X- B-X\nc_d -X- -X- I-X\n\ne -X- -X- B-X\n\n-DOC"
    )
    (said,) = (str(each.message) for each in caught)
    for what in (
        "CoNLL-2003 can't hold, and the output lacks: 4 parts of speech (in 1 of 2 documents)",
        "1 spans (in",
        "1 entities that lie in several sentences, and are cut there",
        "2 separators within values, which are _ there",
        "1 documents without words",
    ):
        assert what in said


MAKERS = {**dict.fromkeys(SCHEMES, iob), "conll2003_columns": iob, "iob_lines": iob_lines}
PLAIN = st.text("abcäß#-.1", min_size=1, max_size=4).filter(lambda text: text.strip("-.1#"))


@pytest.mark.filterwarnings("ignore:.*can't hold")
@pytest.mark.filterwarnings("ignore:.*I- follows no entity")
@pytest.mark.parametrize("name", MAKERS)
@settings(max_examples=8, deadline=None)
@given(docs=st.lists(documents(PLAIN, st.sampled_from(["A", "B-C", "ü"])), min_size=1, max_size=3))
def test_entities_come_back(tmp_path_factory, name, docs):
    for doc in docs:
        # All are annotated somewhere, so that the file has tags; no entity lies in two sentences.
        starts = set(doc.sentence_borders()) if doc.has_annotation("SENT_START") else set()
        ents = [ent for ent in doc.ents if starts.isdisjoint(range(ent.start + 1, ent.end))]
        doc.set_ents([*ents] or [Span(doc, 0, 1, "A")])
    path = tmp_path_factory.mktemp("columns") / "a.iob"
    path.write_bytes(written(getattr(writers, name), docs).encode())
    back = list(MAKERS[name]()(path, blank("xx"), n_sents=0))
    if name == "conll2003_columns":
        assert len(back) == len(docs)
    found = [(token.text, token.ent_iob_, token.ent_type_) for doc in back for token in doc]
    assert found == [(token.text, token.ent_iob_, token.ent_type_) for doc in docs for token in doc]
    if name in ("conll2003_columns", "iob_lines"):
        assert [t.tag_ for doc in back for t in doc] == [t.tag_ for doc in docs for t in doc]


@pytest.mark.parametrize("name", MAKERS)
def test_words_that_mean_something_to_readers(tmp_path, name):
    doc = doc_of(["\ufeffAnn", "-DOCSTART-", "a\0b", "."], ents=["B-X|Y", "I-X|Y", "I-X|Y", "O"])
    with pytest.warns(match="1 words -DOCSTART-, which are _DOCSTART_ there .in 1 of 2") as caught:
        text = written(getattr(writers, name), [doc, doc_of(["So"], ents=["O"])])
    path = tmp_path / "a.iob"
    path.write_bytes(text.encode())
    back = list(MAKERS[name]()(path, blank("xx"), n_sents=0))
    label = "X_Y" if name == "iob_lines" else "X|Y"
    assert [(token.text, token.ent_type_) for each in back for token in each] == [
        ("\ufeffAnn", label), ("_DOCSTART_", label), ("a_b", label), (".", ""), ("So", "")
    ]  # fmt: skip
    number = 4 if name == "iob_lines" else 1
    assert f"{number} separators within values" in str(caught[0].message)
