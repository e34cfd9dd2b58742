"""What can be asked of a token, attribute by attribute."""

from itertools import product

import pytest
from kernel_matchers.token_patterns.fuzzy import levenshtein_compare, near
from kernel_matchers.token_patterns.matcher import TokenMatcher

from kernel.language import Language
from kernel.tokens import Doc, Token
from kernel.tokens.underscore import restored
from kernel.vocab import Vocab


@pytest.fixture(scope="module")
def nlp():
    return Language()


def found(docs, *patterns):
    """The texts of the matches."""
    docs = docs if isinstance(docs, list) else [docs]
    matcher = TokenMatcher()
    matcher.add(list(patterns))
    tokens = [token for doc in docs for token in doc]
    _, starts, ends = matcher.matches(docs)
    return [
        " ".join(token.text for token in tokens[start:end])
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
    ]


@pytest.fixture
def doc():
    return Doc(
        Vocab(),
        words=["Anna", "moved", "to", "Berlin", "."],
        spaces=[True, True, True, False, False],
        tags=["NNP", "VBD", "IN", "NNP", "."],
        pos=["PROPN", "VERB", "ADP", "PROPN", "PUNCT"],
        lemmas=["Anna", "move", "to", "Berlin", "."],
        morphs=["Number=Sing", "Tense=Past|VerbForm=Fin", "", "Number=Sing", ""],
        deps=["nsubj", "ROOT", "prep", "pobj", "punct"],
        heads=[1, 1, 1, 2, 1],
        ents=["B-PERSON", "O", "O", "B-PLACE", "O"],
    )


@pytest.mark.parametrize(
    ("asked", "texts"),
    [
        ({"ORTH": "Anna"}, ["Anna"]),
        ({"text": "anna"}, []),
        ({"Lower": "anna"}, ["Anna"]),
        ({"NORM": "berlin"}, ["Berlin"]),
        ({"LEMMA": "move"}, ["moved"]),
        ({"TAG": "NNP"}, ["Anna", "Berlin"]),
        ({"POS": "PROPN", "DEP": "pobj"}, ["Berlin"]),
        ({"MORPH": "VerbForm=Fin|Tense=Past"}, ["moved"]),
        ({"MORPH": {"IS_SUPERSET": ["Tense=Past"]}}, ["moved"]),
        ({"MORPH": {"REGEX": "Sing$"}}, ["Anna", "Berlin"]),
        ({"SHAPE": "Xxxx"}, ["Anna"]),
        ({"PREFIX": "m"}, ["moved"]),
        ({"SUFFIX": {"IN": ["nna", "ved"]}}, ["Anna", "moved"]),
        ({"LENGTH": {">": 4}}, ["moved", "Berlin"]),
        ({"LENGTH": 2}, ["to"]),
        ({"ENT_TYPE": "PLACE"}, ["Berlin"]),
        ({"ENT_TYPE": {"NOT_IN": [""]}}, ["Anna", "Berlin"]),
        ({"ENT_IOB": "B"}, ["Anna", "Berlin"]),
        ({"ENT_IOB": {"IN": ["O", 1]}}, ["moved", "to", "."]),
        ({"SPACY": False}, ["Berlin", "."]),
        ({"IS_SENT_START": True}, ["Anna"]),
        ({"IS_SENT_START": False, "IS_ALPHA": True}, ["moved", "to", "Berlin"]),
        ({"IS_PUNCT": 1}, ["."]),
        ({"IS_TITLE": {"==": 0}, "LIKE_NUM": False}, ["moved", "to", "."]),
        ({74: {"IN": ["VERB", "ADP"]}}, ["moved", "to"]),
        ({"TAG": 0}, []),
        ({"LOWER": {"FUZZY": "berlyn"}}, ["Berlin"]),
        ({"LOWER": {"FUZZY1": {"IN": ["ana", "tu"]}}}, ["Anna", "to"]),
        ({"TAG": {"IN": []}}, []),
        ({"TAG": {"IS_SUPERSET": []}, "LENGTH": {"<=": 1}}, ["."]),
        ({"TEXT": "to", "ORTH": "to"}, ["to"]),
        ({"TEXT": "to", "ORTH": "Anna"}, []),
    ],
)
def test_one_token(doc, asked, texts):
    assert found(doc, [asked]) == texts


def test_an_attribute_that_nobody_has_set_is_empty():
    doc = Doc(Vocab(), words=["a", "b"])
    assert found(doc, [{"TAG": "NN"}]) == []
    assert found(doc, [{"TAG": ""}]) == found(doc, [{"TAG": {"NOT_IN": ["NN"]}}]) == ["a", "b"]
    assert found(doc, [{"LEMMA": {"REGEX": "^$"}}]) == ["a", "b"]
    assert found(doc, [{"IS_SENT_START": True}]) == ["a"]


@pytest.mark.parametrize(
    ("asked", "texts"),
    [
        ("x", ["a", "d"]),
        (3, ["b"]),
        ({"IN": ["x", 3]}, ["a", "b", "d"]),
        ({"NOT_IN": ["x"]}, ["b"]),
        ({">=": 3}, ["b"]),
        ({"REGEX": "^[xy]"}, ["a", "d"]),
        ({"FUZZY1": "xy"}, ["a", "d"]),
        ({"IS_SUBSET": ["x", "y", "z"]}, ["a", "c", "d"]),
        ({"IS_SUPERSET": ["y"]}, ["c"]),
        ({"INTERSECTS": ["x"]}, ["a", "c", "d"]),
    ],
)
def test_extension_attributes(asked, texts):
    with restored():
        Token.set_extension("kind", default=None)
        doc = Doc(Vocab(), words=["a", "b", "c", "d", "e"])
        for token, value in zip(doc, ["x", 3, ["x", "y"], "x", None], strict=True):
            token._.kind = value
        assert found(doc, [{"_": {"kind": asked}}]) == texts


def test_extension_attributes_are_asked_where_the_rest_holds():
    asked = []
    with restored():
        Token.set_extension("seen", getter=lambda token: asked.append(token.text) or 1)
        doc = Doc(Vocab(), words=["a", "b", "a"])
        matcher = TokenMatcher()
        matcher.add([[{"LOWER": "a", "_": {"seen": 1}}]])
        matcher.add([[{"LOWER": "a", "_": {"seen": {">": 0}}}]])
        assert matcher.matches([doc]).rules.tolist() == [0, 0, 1, 1]
    assert asked == ["a", "a"]


def test_matches_stay_in_their_document(nlp):
    docs = [nlp.make_doc(text) for text in ("a b", "", "a", "b a b")]
    assert found(docs, [{"LOWER": "a"}, {"LOWER": "b"}]) == ["a b", "a b"]
    assert found(docs, [{"LOWER": "b"}, {}]) == ["b a"]


def test_documents_of_other_vocabs_and_generations(nlp):
    first = nlp.make_doc("a cab")
    nlp.vocab.new_generation()
    docs = [first, nlp.make_doc("a tab"), Doc(Vocab(), words=["a", "cab"])]
    assert found(docs, [{"LOWER": "a"}, {"LOWER": {"REGEX": "^c"}}]) == ["a cab", "a cab"]


def test_rules_that_are_added_later_count(nlp):
    matcher, doc = TokenMatcher(), nlp.make_doc("a b")
    assert len(matcher.matches([doc]).rules) == 0
    assert matcher.add([[{"LOWER": "a"}]]) == 0
    assert len(matcher.matches([doc]).rules) == 1
    assert matcher.add([[{"LOWER": "b"}], [{}]]) == 1
    assert matcher.matches([doc]).rules.tolist() == [0, 1, 1] and len(matcher) == 2
    assert matcher.matches([]).rules.tolist() == []


def test_many_more_edits_suit_a_long_text():
    assert levenshtein_compare("a" * 14, "a" * 20) and not levenshtein_compare("a" * 13, "a" * 20)
    assert levenshtein_compare("a", "abc") and not levenshtein_compare("a", "abc", 1)
    assert levenshtein_compare("abc", "abc", 0)


def test_what_is_told_apart_by_letters_is_not_near():
    texts = [
        "",
        *("".join(letters) for size in (1, 2, 3) for letters in product("abc", repeat=size)),
        "abcabcabc",
    ]
    for pattern, edits in product(texts, (-1, 0, 1, 2)):
        is_near = near(pattern, edits)
        assert [is_near(text) for text in texts] == [
            levenshtein_compare(text, pattern, edits) for text in texts
        ]
