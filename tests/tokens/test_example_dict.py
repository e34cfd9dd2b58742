"""Gold annotations as dicts."""

import warnings

import pytest
from hypothesis import given

from kernel.errors import DataError, KernelWarning, WrongType
from kernel.tokens import Doc, Example
from kernel.vocab import Vocab

from .strategies import content, docs

VOCAB = Vocab()


def test_annotations_from_a_dict(plain):
    example = Example.from_dict(
        plain,
        {
            "tags": ["P", "V", "N", "N", "I", "N"],
            "entities": [(7, 15, "LOC"), (19, 25, "DATE")],
            "cats": {"travel": 1.0},
            "links": {(7, 15): {"Q60": 1.0, "Q1": 0.0}},
            "spans": {"sc": [(2, 15, "X"), (7, 15, "Y", "Q2")]},
            "heads": [1, 1, 3, 1, 1, 4],
            "deps": ["a", "b", "c", "d", "e", "f"],
            "morphs": ["A=b", "", "", "", "", ""],
        },
    )
    gold = example.reference
    assert [(ent.text, ent.label_, ent.kb_id_) for ent in gold.ents] == [
        ("New York", "LOC", "Q60"),
        ("Autumn", "DATE", ""),
    ]
    assert gold.text == plain.text and gold.cats == {"travel": 1.0}
    assert [(span.text, span.label_, span.kb_id_) for span in gold.spans["sc"]] == [
        ("like New York", "X", ""),
        ("New York", "Y", "Q2"),
    ]
    assert example.get_aligned("TAG", as_string=True) == ["P", "V", "N", "N", "I", "N"]
    assert [token.head.i for token in gold] == [1, 1, 3, 1, 1, 4]
    assert plain.ents == ()


@pytest.mark.parametrize(
    "tags",
    [
        ["O", "O", "B-LOC", "L-LOC", "-", "U-DATE"],
        ["O", "O", "B-LOC", "I-LOC", None, "B-DATE"],
        ["O", "O", "I-LOC", "I-LOC", "", "I-DATE"],
    ],
)
def test_entities_as_tags(plain, tags):
    example = Example.from_dict(plain, {"entities": tags})
    assert example.get_aligned_ner() == ["O", "O", "B-LOC", "L-LOC", None, "U-DATE"]


def test_no_entities_are_not_the_same_as_unknown_entities(plain):
    assert Example.from_dict(plain, {"entities": []}).get_aligned_ner() == ["O"] * 6
    for unknown in ({}, {"entities": None}):
        assert Example.from_dict(plain, unknown).get_aligned_ner() == [None] * 6


@pytest.mark.parametrize(
    ("annotations", "message"),
    [
        ({"tag": []}, "(?s)unknown key 'tag'.*allowed are cats, deps, entities.*did you mean 'tags'"),
        ({"tags": ["a"]}, "6 words, but 1 tag"),
        ({"entities": ["O"]}, "6 words, but 1 entity tags"),
        ({"entities": ["O", "O", "B-X", "O", "O", "U-X"]}, "token 3: the entity X ends without L-X"),
        ({"entities": [(7, 15, "A"), (7, 10, "B")]}, "offset 7: A .* and B .* overlap"),
        ({"entities": [(-7, 9, "A")]}, "is outside of the text"),
        ({"entities": [(7, 15, None)]}, "offset 7: the label of an entity is a string .* not None"),
        ({"entities": [(7, 15, "")]}, "offset 7: the label of an entity is a string that is not empty"),
        ({"cats": {None: 1.0}}, "the label of a category is a string .* not None: {None: 1.0}"),
        ({"cats": {"": 1.0}}, "the label of a category is a string that is not empty, not ''"),
        ({"spans": {"x": [(7, 15, None)]}}, r"spans\['x'\]: the label of a span is a string, not None"),
        ({"spans": {None: []}}, "the key of a group of spans is a string, not None"),
        ({"links": {(0, 1): {"Q": 1.0}}}, "offset 0: a link names the characters 0 to 1"),
        ({"heads": [1, 1, 1, 1, 1, 9]}, "outside the text"),
        (["words"], "a dict, not list"),
    ],
)
def test_impossible_annotations_are_refused(plain, annotations, message):
    with pytest.raises(ValueError, match=message):
        Example.from_dict(plain, annotations)


def test_words_of_ones_own(plain):
    words = ["I", "like", "New York", "in", "Autumn"]
    example = Example.from_dict(plain, {"words": words, "entities": [(7, 15, "LOC")]})
    assert example.reference.text == plain.text
    assert example.get_aligned_ner() == ["O", "O", "B-LOC", "L-LOC", "O", "O"]
    other = Example.from_dict(plain, {"words": words, "spaces": [True] * 5})
    assert other.reference.text == plain.text + " "


@given(docs(VOCAB))
def test_a_dict_round_trip(doc):
    if any(len(span) == 0 for group in doc.spans.values() for span in group):
        return
    plain = Doc(VOCAB, [token.text for token in doc], [bool(token.whitespace_) for token in doc])
    again = Example.from_dict(plain, Example(plain, doc).to_dict()).reference
    before, after = content(doc), content(again)
    for key in ("text", "ents", "cats"):
        assert after[key] == before[key]
    assert [token.tag_ for token in again] == [token.tag_ for token in doc]
    assert [token.sent_start for token in again] == [token.sent_start for token in doc]


@pytest.mark.parametrize("spans", [[(0, 1, "A")], {"x": [5]}, {"x": ["abc"]}, {"x": [(0,)]}])
def test_spans_are_lists_by_name(plain, spans):
    with pytest.raises(ValueError, match="spans"):
        Example.from_dict(plain, {"spans": spans})


def test_spans_have_ids(plain):
    example = Example.from_dict(plain, {"spans": {"x": [(0, 1, "A", "Q1", "7"), (2, 6)]}})
    found = [(span.text, span.label_, span.kb_id_, span.id_) for span in example.reference.spans["x"]]
    assert found == [("I", "A", "Q1", "7"), ("like", "", "", "")]


def test_keys_have_older_forms_and_any_case(plain):
    example = Example.from_dict(plain, {"TAGS": list("abcdef"), "ner": ["O"] * 6, "ids": [1], "brackets": []})
    assert [token.tag_ for token in example.reference] == list("abcdef")
    assert example.get_aligned_ner() == ["O"] * 6


@pytest.mark.parametrize(("start", "tags"), [(19, ["O", None]), (21, ["O", None]), (99, ["O", "O"])])
def test_entities_that_end_after_the_text_are_left_out_and_counted(plain, start, tags):
    annotations = {"entities": [(7, 15, "GPE"), (start, 120, "DATE")]}
    with pytest.warns(KernelWarning, match=f"1 of 2 entities .*: DATE .*{start}-120"):
        example = Example.from_dict(plain, annotations)
    assert [(ent.text, ent.label_) for ent in example.reference.ents] == [("New York", "GPE")]
    assert example.get_aligned_ner() == ["O", "O", "B-GPE", "L-GPE", *tags]


@pytest.mark.parametrize("offsets", [(6, 15), (7, 16), (8, 15), (7, 14)])
def test_sloppy_offsets_are_left_out_and_counted_or_an_error_on_request(plain, offsets):
    annotations = {"entities": [(*offsets, "GPE"), (19, 25, "DATE")]}
    with pytest.warns(
        KernelWarning, match="1 of 2 entities don't begin and end where tokens do, and are ignored"
    ):
        example = Example.from_dict(plain, annotations)
    assert example.get_aligned_ner() == ["O", "O", None, None, "O", "U-DATE"]
    with warnings.catch_warnings():
        warnings.simplefilter("error", KernelWarning)
        with pytest.raises(KernelWarning):
            Example.from_dict(plain, annotations)


def test_the_id_of_an_entity_follows_its_label(plain):
    doc = Example.from_dict(plain, {"entities": [(7, 15, "LOC", "Q60"), (19, 25, "DATE", None)]}).reference
    assert [(ent.label_, ent.kb_id_) for ent in doc.ents] == [("LOC", "Q60"), ("DATE", "")]
    with pytest.raises(DataError, match="what follows its label is the id in a knowledge base"):
        Example.from_dict(plain, {"entities": [(7, 15, "LOC", 0.9)]})


def test_entities_may_come_from_an_iterator(plain):
    doc = Example.from_dict(plain, {"entities": iter([(7, 15, "LOC")])}).reference
    assert [ent.label_ for ent in doc.ents] == ["LOC"]


@pytest.mark.parametrize("entities", [{"LOC": (7, 15)}, "LOC", b"O", 5])
def test_entities_that_are_no_list_are_told(plain, entities):
    with pytest.raises(WrongType, match="'entities' of an example is a list, not "):
        Example.from_dict(plain, {"entities": entities})


@pytest.mark.parametrize("cats", [["A"], [("A", 1.0)], "A", 5])
def test_categories_that_are_no_dict_are_told(plain, cats):
    with pytest.raises(WrongType, match="'cats' of an example is a dict, not "):
        Example.from_dict(plain, {"cats": cats})
