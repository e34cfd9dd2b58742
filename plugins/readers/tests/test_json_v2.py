"""The field's JSON of version 2, in and out."""

import json
import time
from io import BytesIO

import pytest
from hypothesis import given, settings
from kernel_readers.converters import auto
from kernel_readers.converters import json as converter
from kernel_readers.writers import json as json_writer

from kernel import blank
from kernel.errors import DataError
from kernel.files.atomic import atomic_file
from kernel.tokens import Doc
from kernel.training import Example

from .documents import documents

TOKENS = [
    {
        "id": 0,
        "orth": "Anna",
        "tag": "NNP",
        "pos": "PROPN",
        "lemma": "Anna",
        "morph": "A=b",
        "head": 1,
        "dep": "nsubj",
        "ner": "U-PER",
    },
    {
        "id": 1,
        "orth": "sings",
        "tag": "VBZ",
        "pos": "VERB",
        "lemma": "sing",
        "morph": "",
        "head": 0,
        "dep": "ROOT",
        "ner": "-",
    },
]


def paragraph(*tokens, **keys):
    return {"sentences": [{"tokens": list(tokens), "brackets": []}], **keys}


def write(path, *paragraphs, lines=False):
    document = {"id": 0, "paragraphs": list(paragraphs)}
    path.write_text(json.dumps(document if lines else [document]), "utf8")
    return path


def read(path, make=converter):
    return list(make()(path, blank("xx")))


def test_everything_of_a_paragraph(tmp_path):
    path = write(
        tmp_path / "a.json",
        paragraph(*TOKENS, raw="Anna sings ", cats=[{"label": "good", "value": 1}]),
        paragraph({"orth": "So"}),
    )
    first, second = read(path)
    assert (first.text, second.text) == ("Anna sings ", "So ")
    assert [(t.tag_, t.pos_, t.lemma_, str(t.morph), t.dep_, t.head.i) for t in first] == [
        ("NNP", "PROPN", "Anna", "A=b", "nsubj", 1),
        ("VBZ", "VERB", "sing", "", "ROOT", 1),
    ]
    assert [(t.ent_iob_, t.ent_type_) for t in first] == [("B", "PER"), ("", "")]
    assert first.cats == {"good": 1.0} and not first.has_unknown_spaces
    assert second.has_unknown_spaces and not second.has_annotation("ENT_IOB")


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
@pytest.mark.parametrize("lines", [True, False])
def test_it_is_told_by_its_content(tmp_path, name, lines):
    if name == "a.jsonl" and not lines:
        return
    assert [len(doc) for doc in read(write(tmp_path / name, paragraph(*TOKENS), lines=lines), auto)] == [2]


def test_spaces_and_entities_of_other_keys(tmp_path):
    tokens = [{"orth": "Ann", "space": ""}, {"orth": "'s", "space": " "}]
    (doc,) = read(write(tmp_path / "a.json", paragraph(*tokens, entities=[[0, 3, "PER"]])))
    assert doc.text == "Ann's " and [(ent.text, ent.label_) for ent in doc.ents] == [("Ann", "PER")]


def test_words_that_are_blanks(tmp_path):
    given = [paragraph({"orth": "0"}, {"orth": " "}), paragraph({"orth": "0", "space": ""}, {"orth": " "})]
    first, second = read(write(tmp_path / "a.json", *given))
    assert (first.text, first.has_unknown_spaces) == ("0   ", True)
    assert (second.text, second.has_unknown_spaces) == ("0 ", False)


def test_what_is_not_read_is_told(tmp_path):
    tokens = [{"orth": "a", "head": 0, "mood": 1}, {"orth": "b", "dep": "ROOT"}]
    given = paragraph(*tokens, links=[1])
    given["sentences"][0]["brackets"] = [{"first": 0}]
    with pytest.warns() as caught:
        read(write(tmp_path / "a.json", given))
    said = "\n".join(str(each.message) for each in caught)
    for what in (
        "1 brackets of phrases are not read",
        "1 heads are lost, because they have no label and other tokens no head",
        "1 labels of dependencies are lost, because their tokens have no head",
        "'paragraphs.links' (1)",
        "'tokens.mood' (1)",
    ):
        assert what in said


def test_heads_of_some_tokens(tmp_path):
    tokens = [
        {"orth": "a", "head": 1, "dep": "det"},
        {"orth": "cat", "head": 0, "dep": "ROOT"},
        {"orth": "sat"},
        {"orth": "here"},
    ]
    (doc,) = read(write(tmp_path / "a.json", paragraph(*tokens)))
    assert [(token.head.i, token.dep_) for token in doc] == [(1, "det"), (1, "ROOT"), (2, ""), (3, "")]
    assert len(list(doc.sents)) == 1 and not doc.has_annotation("DEP", require_complete=True)
    (again,) = json.loads(written([doc]))
    found = again["paragraphs"][0]["sentences"][0]["tokens"]
    assert [(token.get("head"), token.get("dep")) for token in found] == [
        (1, "det"),
        (0, "ROOT"),
        (None, None),
        (None, None),
    ]
    example = Example(Doc(doc.vocab, words=[token.text for token in doc]), doc)
    assert example.get_aligned_parse(projectivize=False) == ([1, 1, None, None], ["det", "ROOT", None, None])


@pytest.mark.parametrize(
    ("paragraphs", "message"),
    [
        ([1], "document 1: 'paragraphs' must be a list of objects"),
        ([{}], "document 1: paragraph 1: it has no list under 'sentences'"),
        (
            [paragraph({"orth": "a"}), {"sentences": [1]}],
            "document 1: paragraph 2: sentence 1 has no list of objects under 'tokens'",
        ),
        ([paragraph({"orth": "a"}, {})], "paragraph 1: sentence 1, token 2: it has no string under 'orth'"),
        (
            [paragraph({"orth": "a", "head": 1})],
            "sentence 1, token 1 ('a'): the head '1' lies outside of the sentence",
        ),
        ([paragraph({"orth": "a", "head": "x"})], "token 1 ('a'): the head 'x' lies outside of the sentence"),
        ([paragraph({"orth": "a", "ner": 1})], "token 1 ('a'): 'ner' must be a string"),
        ([paragraph({"orth": "a", "ner": "L-X"})], "paragraph 1: L-X stands outside of any entity"),
        ([paragraph({"orth": "a", "ner": "X"})], "paragraph 1: 'X' is not an entity tag"),
        ([paragraph({"orth": "a", "tag": 1})], "paragraph 1: 'tags' must be a list of strings"),
        ([paragraph({"orth": "a", "pos": "NN"})], "paragraph 1: 'NN' is not a universal part-of-speech tag"),
        (
            [paragraph({"orth": "a"}, raw="b")],
            "paragraph 1: the word 'a' is not in the text after character 0",
        ),
        ([paragraph({"orth": "a"}, raw=1)], "paragraph 1: 'raw' must be a string"),
        (
            [paragraph({"orth": "a"}, cats=[1])],
            "paragraph 1: 'cats' must be a list of objects with a label and a value",
        ),
        ([paragraph({"orth": "a"}, cats=[{"label": "a"}])], "paragraph 1: the value of category 'a' is None"),
    ],
)
def test_malformed_documents(tmp_path, paragraphs, message):
    with pytest.raises(DataError) as caught:
        read(write(tmp_path / "a.json", *paragraphs))
    assert "a.json: " in str(caught.value) and message in str(caught.value)


def test_all_problems_are_told_at_once(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(
        json.dumps([{"paragraphs": 1}, {"paragraphs": [paragraph(*TOKENS)]}, {"paragraphs": [{}]}])
    )
    with pytest.raises(DataError) as caught:
        read(path)
    assert "document 1" in str(caught.value) and "document 3" in str(caught.value)


def written(docs):
    target = BytesIO()
    json_writer().write([(doc, {}) for doc in docs], target)
    return target.getvalue()


@pytest.mark.filterwarnings("ignore:.*can't hold")
@settings(max_examples=30, deadline=None)
@given(documents())
def test_documents_come_back(tmp_path_factory, doc):
    doc.set_ents(doc.ents, default="outside")
    starts = set(doc.sentence_borders()) if doc.has_annotation("SENT_START") else set()
    if not all(starts.isdisjoint(range(ent.start + 1, ent.end)) for ent in doc.ents):
        doc.set_ents([])
    text = written([doc])
    path = tmp_path_factory.mktemp("json") / "a.json"
    with atomic_file(path) as fresh:
        fresh.write_bytes(text)
    (back,) = read(path)

    def facts(each):
        tokens = [
            (t.text, t.tag_, t.pos_, t.lemma_, str(t.morph), t.dep_, t.head.i, t.ent_iob_, t.ent_type_)
            for t in each
        ]
        return tokens, each.text, dict(each.cats), each.has_unknown_spaces

    assert facts(back) == facts(doc)
    assert written([back]) == text


def test_white_space_that_is_a_word(tmp_path):
    doc = Doc(blank("xx").vocab, words=["a", " ", "b", " ", "c"], spaces=[True, True, False, False, False])
    path = tmp_path / "a.json"
    path.write_bytes(written([doc]))
    (back,) = read(path)
    assert back.text == "a   b c" and back.spaces.tolist() == doc.spaces.tolist()


def test_time_grows_with_the_tokens(tmp_path):
    seconds = []
    for size in (3000, 24_000):
        sentence = {"tokens": [{"orth": "a", "ner": "O"}] * 4}
        path = tmp_path / f"{size}.json"
        path.write_text(json.dumps([{"id": 0, "paragraphs": [{"sentences": [sentence] * (size // 4)}]}]))
        begin = time.process_time()
        (doc,) = read(path)
        seconds.append(time.process_time() - begin)
        assert len(doc) == size and len(list(doc.sents)) == size // 4
    assert seconds[1] < 3 * 8 * seconds[0]
