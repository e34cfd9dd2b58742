"""CoNLL-U: words, spaces, tags, trees, entities; what breaks the format is in the tests of bad data."""

import pytest
from kernel_readers.formats.conllu import read

ROWS = [
    "# newdoc id = first",
    "# sent_id = 1",
    "1\tShe\tshe\tPRON\tPRP\tCase=Nom|Gender=Fem\t2\tnsubj\t_\t_",
    "2-3\tcan't\t_\t_\t_\t_\t_\t_\t_\t_",
    "2\tca\tcan\tAUX\tMD\t_\t0\troot\t_\t_",
    "3\tn't\tnot\tPART\tRB\t_\t2\tadvmod\t_\t_",
    "3.1\tgo\tgo\tVERB\tVB\t_\t_\t_\t_\t_",
    "4\tsee\tsee\tVERB\tVB\t_\t2\txcomp\t_\t_",
    "5\tNew\tNew\tPROPN\tNNP\t_\t6\tcompound\t_\tNE=B-CITY",
    "6\tYork\tYork\tPROPN\tNNP\t_\t4\tobj\t_\tSpaceAfter=No|NE=L-CITY",
    "7\t.\t.\tPUNCT\t_\t_\t2\tpunct\t_\t_",
    "",
    "1\tYes\t_\tINTJ\t_\t_\t0\troot\t_\t_",
    "",
]


@pytest.fixture
def doc(write, nlp):
    return next(iter(read(write("a.conllu", *ROWS), nlp)))


def test_text_and_spaces(doc):
    assert doc.text == "She can't see New York. Yes "
    assert [token.text for token in doc] == ["She", "ca", "n't", "see", "New", "York", ".", "Yes"]


def test_annotations(doc):
    assert [token.lemma_ for token in doc] == ["she", "can", "not", "see", "New", "York", ".", ""]
    assert [token.pos_ for token in doc][:3] == ["PRON", "AUX", "PART"]
    # The universal tag stands in where the file has no other.
    assert [token.tag_ for token in doc] == ["PRP", "MD", "RB", "VB", "NNP", "NNP", "PUNCT", "INTJ"]
    assert str(doc[0].morph) == "Case=Nom|Gender=Fem" and str(doc[1].morph) == ""


def test_trees(doc):
    assert [token.head.i for token in doc] == [1, 1, 1, 1, 5, 3, 1, 7]
    assert [token.dep_ for token in doc][:2] == ["nsubj", "ROOT"]
    assert [sent.text for sent in doc.sents] == ["She can't see New York.", "Yes"]


def test_entities(doc):
    assert [(ent.text, ent.label_) for ent in doc.ents] == [("New York", "CITY")]


@pytest.mark.parametrize(
    "misc",
    [("name=B-CITY", "name=I-CITY"), ("B-CITY", "L-CITY"), ("SpaceAfter=Yes|NE=B-CITY", "NE=L-CITY|x=y")],
)
def test_ways_to_write_entities(write, nlp, misc):
    rows = [
        f"{i}\t{w}\t{w}\tX\tX\t_\t0\tdep\t_\t{m}"
        for i, (w, m) in enumerate(zip(["New", "York"], misc, strict=True), 1)
    ]
    docs = list(read(write("a.conllu", *rows), nlp))
    assert [(ent.text, ent.label_) for ent in docs[0].ents] == [("New York", "CITY")]


def test_misc_with_other_things_is_no_entity(write, nlp):
    path = write("a.conllu", "1\tE-mail\tE-mail\tNOUN\tNN\t_\t0\troot\t_\tEntity=(1-thing|Gloss=B-x=y")
    doc = next(iter(read(path, nlp)))
    assert not doc.has_annotation("ENT_IOB")


def test_multiword_token_that_its_words_do_not_spell(write, nlp):
    path = write(
        "a.conllu",
        "1-2\tdu\t_\t_\t_\t_\t_\t_\t_\t_",
        "1\tde\tde\tADP\t_\t_\t3\tcase\t_\t_",
        "2\tle\tle\tDET\t_\t_\t3\tdet\t_\t_",
        "3\tvin\tvin\tNOUN\t_\t_\t0\troot\t_\t_",
    )
    assert next(iter(read(path, nlp))).text == "de le vin "


def test_words_without_trees(write, nlp):
    rows = [f"{i}\tw{i}\t_\t_\t_\t_\t_\t_\t_\t_" for i in (1, 2)]
    docs = list(read(write("a.conllu", *rows, "", *rows), nlp))
    assert len(docs) == 1
    assert not docs[0].has_annotation("DEP") and not docs[0].has_annotation("TAG")
    assert [sent.text for sent in docs[0].sents] == ["w1 w2", "w1 w2"]


def test_last_sentence_needs_no_blank_line(write, nlp):
    path = write("a.conllu", b"1\ta\ta\tX\tX\t_\t0\troot\t_\t_")
    assert [token.text for token in next(iter(read(path, nlp)))] == ["a"]


def test_windows_line_ends_and_a_byte_order_mark(write, nlp):
    content = "\ufeff" + "\r\n".join(ROWS)
    docs = list(read(write("a.conllu", content.encode()), nlp))
    assert docs[0].text == "She can't see New York. Yes "
