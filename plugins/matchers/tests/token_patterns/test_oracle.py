"""All matches of random patterns in random documents are those that trying every way finds."""

import re

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_matchers.token_patterns.fuzzy import distance
from kernel_matchers.token_patterns.matcher import TokenMatcher

from kernel.tokens import Doc
from kernel.vocab import Vocab

VOCAB = Vocab()
WORDS = ["a", "A", "bb", "12", ".", "cab"]
TAGS = ["", "NN", "DT"]
MORPHS = ["", "_", "Number=Sing", "Case=Nom|Number=Plur"]
OPERATORS = [None, "1", "!", "?", "*", "+", "{0}", "{2}", "{1,2}", "{0,2}", "{,1}", "{2,}", "{0,}"]


@st.composite
def tokens(draw):
    """Conditions of one token, and the same as functions of (word, tag, morph)."""
    described = {}
    for key in draw(st.lists(st.sampled_from([*CONDITIONS]), max_size=2, unique_by=lambda key: key)):
        described |= draw(CONDITIONS[key])
    return described


def several(values):
    return st.lists(st.sampled_from(values), max_size=2)


def one_of(attr, values, how):
    return several(values).map(lambda chosen: {attr: {how: chosen}})


CONDITIONS = {
    "plain word": st.sampled_from(WORDS).map(lambda word: {"ORTH": word}),
    "plain tag": st.sampled_from(TAGS).map(lambda tag: {"tag": tag}),
    "words": one_of("TEXT", WORDS, "IN"),
    "other tags": one_of("TAG", TAGS, "NOT_IN"),
    "letters": st.booleans().map(lambda value: {"IS_ALPHA": value}),
    "length": st.sampled_from([{"<": 2}, {">=": 2, "!=": 3}, {"==": 1}, {"IN": [1, 3]}]).map(lambda how: {"LENGTH": how}),
    "search": st.sampled_from(["a", "^.$", "[0-9]"]).map(lambda text: {"LOWER": {"REGEX": text}}),
    "searches": several(["a", "b$"]).map(lambda texts: {"LOWER": {"regex": {"NOT_IN": texts}}}),
    "near": st.sampled_from(["ab", "caba"]).map(lambda text: {"LOWER": {"FUZZY1": text}}),
    "features": several(["Number=Sing", "Number=Plur", "Case=Nom"]).flatmap(
        lambda chosen: st.sampled_from(["IS_SUBSET", "IS_SUPERSET", "INTERSECTS"]).map(
            lambda how: {"MORPH": {how: chosen}}
        )
    ),
}  # fmt: skip


def meets(described, word, tag, morph):
    """Whether a token is what a dict without its operator describes."""
    features = set(morph.split("|")) - {"", "_"}
    values = {"ORTH": word, "TEXT": word, "TAG": tag, "IS_ALPHA": word.isalpha(), "LENGTH": len(word), "LOWER": word.lower(), "MORPH": features}  # fmt: skip
    return all(ask(values[attr.upper()], how) for attr, how in described.items() if attr != "OP")


def ask(value, how):
    if not isinstance(how, dict):
        return value == how
    return all(ASKED[operator.upper()](value, wanted) for operator, wanted in how.items())


ASKED = {
    "IN": lambda value, wanted: value in wanted,
    "NOT_IN": lambda value, wanted: value not in wanted,
    "==": lambda value, wanted: value == wanted,
    "!=": lambda value, wanted: value != wanted,
    "<": lambda value, wanted: value < wanted,
    ">=": lambda value, wanted: value >= wanted,
    "IS_SUBSET": lambda value, wanted: value <= set(wanted),
    "IS_SUPERSET": lambda value, wanted: value >= set(wanted),
    "INTERSECTS": lambda value, wanted: bool(value & set(wanted)),
    "FUZZY1": lambda value, wanted: plain_distance(value, wanted) <= 1,
    "REGEX": lambda value, wanted: (
        not any(re.search(text, value) for text in wanted["NOT_IN"])
        if isinstance(wanted, dict)
        else bool(re.search(wanted, value))
    ),
}


def plain_distance(one, other):
    if not one or not other:
        return len(one) + len(other)
    return min(
        plain_distance(one[1:], other) + 1,
        plain_distance(one, other[1:]) + 1,
        plain_distance(one[1:], other[1:]) + (one[0] != other[0]),
    )


def bounds(operator):
    if operator in (None, "1", "!"):
        return 1, 1
    known = {"?": (0, 1), "*": (0, 99), "+": (1, 99)}
    if operator in known:
        return known[operator]
    low, comma, high = re.fullmatch(r"\{(\d*)(,?)(\d*)\}", operator).groups()
    return int(low or 0), int(high or 99) if comma else int(low)


def ends(pattern, doc, start):
    """Where matches of a pattern from a token end."""
    if not pattern:
        return {start}
    described, rest = pattern[0], pattern[1:]
    operator = described.get("OP")
    low, high = bounds(operator)
    found = ends(rest, doc, start) if low == 0 else set()
    place = start
    while place < len(doc) and place - start < high and meets(described, *doc[place]) == (operator != "!"):
        place += 1
        if place - start >= low:
            found |= ends(rest, doc, place)
    return found


def expected(rules, docs):
    found, offset = set(), 0
    for doc in docs:
        for number, patterns in enumerate(rules):
            for start in range(len(doc)):
                for pattern in patterns:
                    found |= {
                        (number, start + offset, end + offset)
                        for end in ends(pattern, doc, start)
                        if end > start
                    }
        offset += len(doc)
    return sorted(found)


def with_operator(described):
    return st.sampled_from(OPERATORS).map(
        lambda sign: described if sign is None else {**described, "OP": sign}
    )


patterns = st.lists(tokens().flatmap(with_operator), min_size=1, max_size=4)
rules = st.lists(st.lists(patterns, min_size=1, max_size=2), min_size=1, max_size=4)
texts = st.lists(st.tuples(*map(st.sampled_from, (WORDS, TAGS, MORPHS))), max_size=7)


def doc_of(tokens):
    words, tags, morphs = ([token[column] for token in tokens] for column in range(3))
    # No features, and features that nobody has annotated.
    doc = Doc(VOCAB, words=words, tags=tags)
    for token, morph in zip(doc, morphs, strict=True):
        token.set_morph(morph or None)
    return doc


def matches(rules, docs):
    matcher = TokenMatcher()
    for patterns in rules:
        matcher.add(patterns)
    return [tuple(row) for row in zip(*(column.tolist() for column in matcher.matches(docs)), strict=True)]


@settings(max_examples=150, deadline=None)
@given(rules, st.lists(texts, max_size=3))
def test_matches_are_those_of_trying_every_way(rules, docs):
    assert matches(rules, [doc_of(doc) for doc in docs]) == expected(rules, docs)


few = st.lists(
    st.sampled_from([{"LOWER": "a"}, {"LOWER": "bb"}, {}]).flatmap(with_operator), min_size=1, max_size=4
)
quantified = st.lists(st.lists(few, min_size=1, max_size=2), min_size=1, max_size=3)


@settings(max_examples=150, deadline=None)
@given(quantified, texts)
def test_quantifiers_side_by_side(rules, doc):
    assert matches(rules, [doc_of(doc)]) == expected(rules, [doc])


@settings(max_examples=150, deadline=None)
@given(quantified, st.lists(texts, max_size=3), st.lists(st.booleans(), min_size=3, max_size=3))
def test_the_shortest_matches_of_some_rules(rules, docs, wanted):
    matcher = TokenMatcher()
    for patterns in rules:
        matcher.add(patterns)
    found = matcher.matches([doc_of(doc) for doc in docs], shortest=np.array(wanted[: len(rules)]))
    least = {(rule, start): end for rule, start, end in reversed(expected(rules, docs))}
    assert [tuple(row) for row in zip(*(column.tolist() for column in found), strict=True)] == [
        row for row in expected(rules, docs) if not wanted[row[0]] or least[row[:2]] == row[2]
    ]


@given(st.lists(texts, max_size=4), rules)
def test_a_document_matches_alone_as_in_a_batch(docs, rules):
    whole, offset, alone = matches(rules, [doc_of(doc) for doc in docs]), 0, []
    for doc in docs:
        alone += [(rule, start + offset, end + offset) for rule, start, end in matches(rules, [doc_of(doc)])]
        offset += len(doc)
    assert whole == sorted(alone)


@given(st.text("abc", max_size=6), st.text("abc", max_size=6), st.integers(0, 4))
def test_edits_are_counted(one, other, limit):
    assert distance(one, other, limit) == min(plain_distance(one, other), limit + 1)
