"""CoNLL-U is written as it was read, and as the rules say where a pipeline predicted it."""

import re
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_readers.converters import conllu
from kernel_readers.converters import jsonl as jsonl_converter
from kernel_readers.formats.format import Settings
from kernel_readers.report import Report
from kernel_readers.writers import conllu as conllu_writer
from kernel_readers.writers import jsonl as jsonl_writer

from kernel import blank
from kernel.errors import DataError
from kernel.files.atomic import atomic_file
from kernel.tokens import Doc, DocBin, Span
from kernel.vocab import Vocab

WHOLE = """\
# newdoc id = d1
# newpar
# sent_id = s1
# text = Don't go (there).
# note
1-2	Don't	_	_	_	_	_	_	_	Typo=No
1	Do	do	AUX	VBP	Mood=Imp|VerbForm=Fin	3	aux	3:aux	_
2	n't	not	PART	RB	_	3	advmod	3:advmod	CorrectForm=not|Gloss=x
3	go	go	VERB	VB	VerbForm=Inf	0	root	0:root	SpacesAfter=\\s\\s
3.1	then	then	ADV	RB	_	_	_	3:advmod	_
4	(	(	PUNCT	-LRB-	_	5	punct	5:punct	SpaceAfter=No
5	there	there	ADV	RB	_	3	advmod	3:advmod|3.1:dep	SpaceAfter=No
6	)	)	PUNCT	-RRB-	_	5	punct	5:punct	SpaceAfter=No
7	.	.	PUNCT	.	_	3	punct	3:punct	_

# sent_id = s2
# text = du lait
1-2	du	_	_	_	_	_	_	_	_
1	de	de	ADP	_	_	3	case	_	name=O
2	le	_	DET	_	Number=Sing|Gender=Masc	3	det	_	name=O
3	lait	lait	NOUN	_	_	0	ROOT	_	SpaceAfter=No|name=B-FOOD

# a comment of nobody

# newdoc id = d2
# sent_id = s3
1	_	_	PUNCT	.	_	_	_	_	_
2	ok	ok	INTJ	UH	_	0	root	_	_

"""


def read(path, text):
    path.write_bytes(text.encode())
    return list(conllu()(path, blank("xx"), settings=Settings(whole=True), report=Report()))


def written(docs, make=conllu_writer):
    target = BytesIO()
    make().write([(doc, {}) for doc in docs], target)
    return target.getvalue().decode()


def test_everything_of_a_file_is_written_again(tmp_path):
    docs = read(tmp_path / "a.conllu", WHOLE)
    assert len(docs) == 2
    assert written(docs) == WHOLE


def test_the_binary_format_and_json_lines_keep_it_too(tmp_path):
    docs = read(tmp_path / "a.conllu", WHOLE)
    vocab = Vocab()
    back = list(DocBin().from_bytes(DocBin(docs=docs, store_user_data=True).to_bytes()).get_docs(vocab))
    assert written(back) == WHOLE
    (tmp_path / "a.jsonl").write_text(written(docs, jsonl_writer), "utf8")
    assert written(jsonl_converter()(tmp_path / "a.jsonl", blank("xx"))) == WHOLE


def test_training_keeps_nothing_of_it(tmp_path):
    from kernel_readers.corpus import make_corpus

    (tmp_path / "a.conllu").write_text(
        WHOLE.replace("1\t_\t_\tPUNCT\t.\t_\t_\t_", "1\t_\t_\tPUNCT\t.\t_\t2\tpunct")
    )
    examples = list(make_corpus(path=tmp_path / "a.conllu")(blank("xx")))
    assert examples and not any(example.reference.user_data for example in examples)


def test_what_was_predicted_goes_before_what_was_read(tmp_path):
    doc = read(tmp_path / "a.conllu", WHOLE)[0]
    doc[1].tag_ = "XX"
    doc[1].lemma_ = "never"
    doc.set_ents([Span(doc, 1, 2, "NOT"), Span(doc, 4, 5, "PLACE")])
    lines = written([doc]).splitlines()
    assert lines[7] == "2\tn't\tnever\tPART\tXX\t_\t3\tadvmod\t3:advmod\tCorrectForm=not|Gloss=x|name=B-NOT"
    assert lines[11].endswith("\tSpaceAfter=No|name=B-PLACE")
    # What has not changed is as it was.
    assert lines[13] == WHOLE.splitlines()[13]
    assert lines[:6] == WHOLE.splitlines()[:6]


def test_one_document_of_many_sentences_comes_back_as_one(tmp_path):
    doc = Doc(blank("xx").vocab, words=["So"] * 30, sent_starts=[True, False] * 15)
    (again,) = read(tmp_path / "a.conllu", written([doc]))
    assert [token.is_sent_start for token in again] == [True, False] * 15


def test_comments_of_sentences_that_are_others_now_are_told(tmp_path):
    doc = read(tmp_path / "a.conllu", WHOLE)[0]
    again = Doc(doc.vocab, words=[token.text for token in doc], sent_starts=[True] + [False] * 9)
    again.user_data.update(doc.user_data)
    with pytest.warns(match="1 sets of comments, whose words or sentences have changed"):
        text = written([again])
    assert text.startswith("# newdoc\n# sent_id = 1-1\n# text = Do n't go")


PLUS = """\
# global.columns = ID FORM UPOS PARSEME:MWE
# sent_id = 1
1-2	vámonos	_	_
1	vamos	VERB	1:VID
2	nos	PRON	1
3	ya	ADV	*

"""


def test_the_columns_of_conllu_plus(tmp_path):
    docs = read(tmp_path / "a.conllup", PLUS)
    assert [(token.text, token.pos_) for token in docs[0]] == [
        ("vamos", "VERB"),
        ("nos", "PRON"),
        ("ya", "ADV"),
    ]
    assert written(docs) == PLUS
    docs[0][0].lemma_ = "ir"
    with pytest.warns(match="1 lemmas"):
        assert written(docs) == PLUS
    other = Doc(docs[0].vocab, words=["sí"], pos=["ADV"])
    docs[0][0].lemma_ = ""
    assert written([docs[0], other]).endswith("\n1\tsí\tADV\t_\n\n")
    with pytest.warns(match="1 columns that the first document doesn't have"):
        assert written([other, docs[0]]).splitlines()[5] == "# sent_id = 1"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# global.columns = ID FORM ID\n1\ta\tb\n", ":1: the columns are ID FORM ID"),
        ("# global.columns = FORM UPOS\na\tNOUN\n", ":1: the columns are FORM UPOS"),
        ("# global.columns = ID FORM\n1\ta\n2\tb\tc\n", ":3: expected 2 tab-separated columns, found 3"),
        ("# global.columns = ID FORM HEAD\n1\ta\t5\n", ":2: head 5 is out of range"),
        ("1\ta\t_\t_\t_\t_\t_\t_\t_\n", ":1: expected 10 tab-separated columns, found 9"),
        ("1.1\ta" + "\t_" * 8 + "\n", ":1: a sentence without words"),
        ("1\ta" + "\t_" * 8 + "\n1.x\ta" + "\t_" * 8 + "\n", ":2: expected word id 2"),
        ("2-3\ta" + "\t_" * 8 + "\n1\ta" + "\t_" * 8 + "\n", ":1: '2-3' is not a range"),
    ],
)
def test_malformed_lines(tmp_path, text, message):
    with pytest.raises(DataError) as caught:
        read(tmp_path / "a.conllup", text)
    assert message in str(caught.value)


def test_comments_after_the_last_sentence_are_told(tmp_path):
    path = tmp_path / "a.conllu"
    path.write_text("1\ta" + "\t_" * 8 + "\n\n# the end\n")
    with pytest.warns(match=r"1 comments follow the last sentence, and belong to none \(the first: line 3\)"):
        list(conllu()(path, blank("xx")))


# Predictions


def fields(text):
    """Sentences of (comments, rows), by the rules of the format; asserts that they are kept."""
    assert text.endswith("\n\n") and "\r" not in text
    found = []
    for block in text[:-2].split("\n\n"):
        lines = block.split("\n")
        comments = [line for line in lines if line.startswith("#")]
        rows = [line.split("\t") for line in lines if not line.startswith("#")]
        assert lines == [*comments, *("\t".join(row) for row in rows)] and rows
        assert [row[0] for row in rows] == [str(number) for number in range(1, len(rows) + 1)]
        for row in rows:
            assert len(row) == 10 and all(row)
            assert row[5] == "_" or re.fullmatch(r"[^=|]+=[^=|]+(\|[^=|]+=[^=|]+)*", row[5])
            if row[6] != "_":
                assert 0 <= int(row[6]) <= len(rows) and row[6] != row[0]
                assert (row[6] == "0") == (row[7] == "root")
        if all(row[6] != "_" for row in rows):
            assert [row[6] for row in rows].count("0") == 1
        text_of = next(line for line in comments if line.startswith("# text = ")).removeprefix("# text = ")
        joined = "".join(
            row[1] + ("" if "SpaceAfter=No" in row[9].split("|") else " ") for row in rows
        ).strip()
        assert text_of == joined
        found.append((comments, rows))
    return found


def parsed(words, spaces):
    size = len(words)
    return Doc(
        Vocab(),
        words=words,
        spaces=spaces,
        tags=["T"] * size,
        pos=["SPACE" if word.isspace() else "NOUN" for word in words],
        lemmas=words,
        heads=[0] * size,
        deps=["ROOT", *["dep"] * (size - 1)],
        ents=["B-X", *["O"] * (size - 1)],
    )


def test_predictions_obey_the_rules():
    doc = parsed(["Anna", "sings", "\n\n", "well", "."], [True, False, False, False, False])
    ((comments, rows),) = fields(written([doc]))
    assert comments == ["# newdoc", "# sent_id = 1-1", "# text = Anna sings well."]
    assert [row[1] for row in rows] == ["Anna", "sings", "well", "."]
    assert [row[9] for row in rows] == [
        "name=B-X",
        r"name=O|SpacesAfter=\n\n",
        "SpaceAfter=No|name=O",
        "SpaceAfter=No|name=O",
    ]


def test_white_space_has_no_dependents_and_stands_before_the_first_word_too():
    doc = Doc(
        Vocab(),
        words=["  ", "a", "\t", "b"],
        spaces=[False, True, True, False],
        heads=[1, 2, 2, 2],
        deps=["dep", "x", "ROOT", "y"],
    )
    ((_, rows),) = fields(written([doc]))
    assert [row[6:8] for row in rows] == [["0", "root"], ["1", "y"]]
    assert [row[9] for row in rows] == [r"SpacesBefore=\s\s|SpacesAfter=\s\t\s", "SpaceAfter=No"]


def test_a_text_of_white_space_and_one_of_nothing():
    vocab = Vocab()
    with pytest.warns(match="1 documents without words"):
        assert written([Doc(vocab, words=[" ", "\n"]), Doc(vocab)]) == ""


def test_entities_of_several_sentences_are_told():
    doc = Doc(
        Vocab(),
        words=["a", "b", "c", "d"],
        sent_starts=[1, 0, 1, 0],
        ents=["B-X", "I-X", "I-X", "B-X"],
    )
    with pytest.warns(match="lacks: 1 entities that lie in several sentences, and are cut there"):
        written([doc])


def test_what_breaks_the_rules_is_left_out_and_told():
    doc = Doc(
        Vocab(), words=["a\tb\0", "c"], pos=["CCONJ", "NOUN"], morphs=["Odd", "A=b"], ents=["B-a|b", "O"]
    )
    doc.cats["x"] = 1.0
    with pytest.warns() as caught:
        ((_, rows),) = fields(written([doc]))
    (said,) = (str(each.message) for each in caught)
    assert said.startswith("CoNLL-U can't hold, and the output lacks: 1 categories (in 1 of 1 documents), ")
    for what in (
        "features that are no Name=Value",
        "characters U+0000 within values",
        "entities whose label has a |",
    ):
        assert what in said
    assert rows[0] == ["1", "a b\ufffd", "_", "CCONJ", "_", "_", "_", "_", "_", "name=-"]


words = st.lists(
    st.text(
        st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=4
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=30, deadline=None)
@given(words, st.randoms(use_true_random=False))
def test_predictions_come_back(tmp_path_factory, texts, random):
    """Any forest over any words, as far as they are no white space."""
    texts = [text for text in texts if not text.isspace()] or ["a"]
    size = len(texts)
    heads = [random.randrange(place) if place and random.random() < 0.8 else place for place in range(size)]
    # A tree is one sentence, without a gap.
    heads = [head if head == place or random.random() < 2 else place for place, head in enumerate(heads)]
    root = 0
    for place, head in enumerate(heads):
        root = place if head == place else root
        heads[place] = place if head == place else max(head, root)
    doc = Doc(
        Vocab(),
        words=texts,
        spaces=[random.random() < 0.5 for _ in texts],
        tags=[random.choice(["A", "B"]) for _ in texts],
        pos=[random.choice(["NOUN", "VERB", "X"]) for _ in texts],
        lemmas=[random.choice([text, "", "l"]) for text in texts],
        morphs=[random.choice(["", "A=b", "A=b|C=d"]) for _ in texts],
        heads=heads,
        deps=["ROOT" if head == place else "dep" for place, head in enumerate(heads)],
        ents=[random.choice(["B-X", "O", "-"]) for _ in texts],
    )
    text = written([doc])
    fields(text)
    path = tmp_path_factory.mktemp("back") / "a.conllu"
    with atomic_file(path) as fresh:
        fresh.write_bytes(text.encode())
    back = [each for each in conllu()(path, blank("xx"), n_sents=0)]
    (again,) = back
    plain = [
        (t.text, bool(t.whitespace_), t.tag_, t.pos_, str(t.morph), t.dep_, t.head.i, t.ent_iob_, t.ent_type_)
        for t in doc
    ]
    assert [
        (t.text, bool(t.whitespace_), t.tag_, t.pos_, str(t.morph), t.dep_, t.head.i, t.ent_iob_, t.ent_type_)
        for t in again
    ] == plain
    assert written(back) == text
