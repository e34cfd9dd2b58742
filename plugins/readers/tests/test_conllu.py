"""CoNLL-U: words, spaces, tags, trees, entities; what breaks the format is in the tests of bad data."""

import re

import pytest
from kernel_readers.formats.conllu import read

from kernel.errors import DataError, KernelWarning

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


def sentence(*rows):
    """Rows of (id, head), as lines."""
    return [
        "\t".join([str(i), f"w{i}", "_", "X", "_", "_", str(head), "dep", "_", "_"]) for i, head in rows
    ] + [""]


@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_marks_of_documents_are_counted_from_the_first_line_on(write, nlp, start):
    long, short = sentence((1, 0)) * 12, sentence((1, 0)) * 2

    def sizes(*lines):
        return [len(doc) for doc in read(write("a.conllu", start + lines[0], *lines[1:]), nlp)]

    assert sizes("# newdoc id = 1", *long, "#newdoc", *short) == [12, 2]
    assert sizes("# newdoc id = 1", *long, *short) == [14]
    assert sizes("# newdoc", "", *long, *short) == [14]
    assert sizes("# newdocs id = 1", "# newdoc-x = 1", "#", *long, *short) == [10, 4]


def test_a_word_without_head_costs_the_heads_of_its_sentence_only(write, nlp):
    path = write(
        "a.conllu",
        *sentence((1, 2), (2, 0)),
        *sentence((1, "_"), (2, 0)),
        *sentence((1, 0)),
        *sentence((1, 0)),
    )
    with pytest.warns(KernelWarning, match=r"1 sentences lose their heads, .* \(the first: line 4\)"):
        docs = list(read(path, nlp))
    assert [(len(doc), doc.has_annotation("DEP")) for doc in docs] == [(2, True), (2, False), (2, True)]
    assert [token.head.i for token in docs[0]] == [1, 1]


def test_words_without_any_head_are_no_loss(write, nlp, recwarn):
    rows = [f"{i}\tw\t_\t_\t_\t_\t_\t_\t_\t_" for i in (1, 2)]
    (doc,) = read(write("a.conllu", *rows), nlp)
    assert not doc.has_annotation("DEP") and not recwarn.list


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([(1, 0), ("3.", 1)], ":2: expected word id 2, found '3.'"),
        ([(1, 0), (".", 1)], ":2: expected word id 2, found '.'"),
        ([(1, 0), ("1.x", 1)], ":2: expected word id 2, found '1.x'"),
        ([("1-5000000000", "_"), (1, 0), (5000000000, 1)], ":1: '1-5000000000' is not a range"),
        ([("1-999999999", "_"), (1, 0), (999999999, 1)], ":1: '1-999999999' is not a range"),
        (
            [("1-2", "_"), (1, 0), ("2-3", "_"), (2, 1), (3, 1)],
            ":3: '2-3' stands before no word of this range",
        ),
        ([("2-3", "_"), (1, 0), (2, 1), (3, 1)], ":1: '2-3' stands before no word of this range"),
        ([(1, "9" * 5000)], ":1: the head 999999999... is out of range"),
        ([(1, "\u0661")], ":1: the head must be a number"),
    ],
    ids=range(9),
)
def test_ids_and_heads_that_cannot_be(write, nlp, rows, message):
    with pytest.raises(DataError, match=f"a.conllu{re.escape(message)}"):
        list(read(write("a.conllu", *sentence(*rows)), nlp))


def test_long_chains_and_many_ranges_take_one_look_each(write, nlp):
    size = 30_000
    chain = sentence(*((i, i + 1 if i < size else 0) for i in range(1, size + 1)))
    (doc,) = read(write("a.conllu", *chain), nlp)
    assert [token.head.i for token in doc[-2:]] == [size - 1, size - 1]
    with pytest.raises(DataError, match="the heads form a cycle"):
        list(read(write("a.conllu", *chain[:-2], chain[-2].replace("\t0\tdep", "\t1\tdep")), nlp))


def test_tags_in_comments_make_no_file_biluo(write, nlp):
    text = "# text = x\t_|S-x"
    rows = [f"{i}\tw\t_\t_\t_\t_\t_\t_\t_\tNE=B-X" for i in (1, 2)]
    (doc,) = read(write("a.conllu", text, *rows), nlp)
    assert len(doc.ents) == 2
