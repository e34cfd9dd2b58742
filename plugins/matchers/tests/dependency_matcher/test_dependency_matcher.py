"""Matches in trees are those of trying all tokens."""

import pickle
import random
from itertools import product

import pytest
from kernel.matcher import DependencyMatcher
from kernel_matchers.dependency_matcher.relations import RELATIONS

from kernel.errors import DataError, MissingName, WrongType
from kernel.numeric.random import stream
from kernel.tokens import Doc
from kernel.vocab import Vocab

VOCAB = Vocab()
WORDS = ["the", "big", "dog", "saw", "a", "cat"]


@pytest.fixture
def doc():
    return Doc(VOCAB, words=WORDS, heads=[2, 2, 3, 3, 5, 3], deps=["det", "amod", "nsubj", "ROOT", "det", "obj"])  # fmt: skip


def related(doc, a, relation, b):
    """Whether two tokens stand to each other as the field says."""
    a, b = doc[a], doc[b]
    siblings = a.head == b.head and a.head != a and b.head != b
    return {
        "<": b == a.head and a != b,
        ">": a == b.head and a != b,
        "<<": b in list(a.ancestors),
        ">>": a in list(b.ancestors),
        ".": a.sent == b.sent and b.i == a.i + 1,
        ".*": a.sent == b.sent and b.i > a.i,
        ";": a.sent == b.sent and b.i == a.i - 1,
        ";*": a.sent == b.sent and b.i < a.i,
        "$+": siblings and b.i == a.i + 1,
        "$-": siblings and b.i == a.i - 1,
        "$++": siblings and b.i > a.i,
        "$--": siblings and b.i < a.i,
        ">+": a == b.head and b.i == a.i + 1,
        ">-": a == b.head and b.i == a.i - 1,
        ">++": a == b.head and b.i > a.i,
        ">--": a == b.head and b.i < a.i,
        "<+": b == a.head and b.i == a.i + 1,
        "<-": b == a.head and b.i == a.i - 1,
        "<++": b == a.head and b.i > a.i,
        "<--": b == a.head and b.i < a.i,
    }[relation]


def tried(doc, pattern):
    """All matches, by trying each token for each place."""
    names = [token["RIGHT_ID"] for token in pattern]
    fits = [
        [i for i in range(len(doc)) if token["RIGHT_ATTRS"].get("LOWER", doc[i].lower_) == doc[i].lower_]
        for token in pattern
    ]
    return [
        list(match)
        for match in product(*fits)
        if all(
            related(doc, match[names.index(token["LEFT_ID"])], token["REL_OP"], match[place])
            for place, token in enumerate(pattern)
            if place
        )
    ]


def random_doc(draw):
    """Some trees one after another; arcs of one may cross."""
    heads = []
    for _ in range(draw.randint(0, 2)):
        size, begin = draw.randint(1, 4), len(heads)
        order = list(range(size))
        draw.shuffle(order)
        own = [0] * size
        for place, token in enumerate(order):
            own[token] = begin + (token if place == 0 else order[draw.randrange(place)])
        heads += own
    words = [draw.choice("ab") for _ in heads]
    return Doc(VOCAB, words=words, heads=heads)


def random_pattern(draw):
    pattern = []
    for place in range(draw.choice([1, 2, 2, 3, 3, 4])):
        token = {"RIGHT_ID": f"t{place}", "RIGHT_ATTRS": draw.choice([{}, {"LOWER": "a"}, {"LOWER": "b"}])}
        if place:
            token |= {"LEFT_ID": f"t{draw.randrange(place)}", "REL_OP": draw.choice(RELATIONS)}
        pattern.append(token)
    return pattern


def compare(draw):
    rules = [[random_pattern(draw) for _ in range(draw.randint(1, 2))] for _ in range(2)]
    matcher = DependencyMatcher(VOCAB)
    for rule, patterns in enumerate(rules):
        matcher.add(f"k{rule}", patterns)
    docs = [random_doc(draw) for _ in range(3)]
    found = [[(VOCAB.strings[key], tokens) for key, tokens in matches] for matches in matcher.batch(docs)]
    assert found == [
        [
            (f"k{rule}", match)
            for rule, patterns in enumerate(rules)
            for each in patterns
            for match in tried(doc, each)
        ]
        for doc in docs
    ], (rules, docs)


def test_random_patterns_in_random_trees():
    draw = random.Random(int(stream(0, "matchers", "trees").integers(1 << 62)))
    for _ in range(60):
        compare(draw)


@pytest.mark.slow
def test_very_many_random_trees():
    draw = random.Random(int(stream(0, "matchers", "many trees").integers(1 << 62)))
    for _ in range(5000):
        compare(draw)


@pytest.mark.parametrize("relation", RELATIONS)
def test_each_relation(doc, relation):
    pattern = [
        {"RIGHT_ID": "a", "RIGHT_ATTRS": {}},
        {"LEFT_ID": "a", "REL_OP": relation, "RIGHT_ID": "b", "RIGHT_ATTRS": {}},
    ]
    matcher = DependencyMatcher(VOCAB)
    matcher.add("x", [pattern])
    found = [tokens for _, tokens in matcher(doc)]
    assert found == tried(doc, pattern)
    if relation[0] == "$":
        # A root is no sibling of the tokens that depend on it.
        assert not any(3 in tokens for tokens in found)


PAIR = [
    {"RIGHT_ID": "verb", "RIGHT_ATTRS": {"DEP": "ROOT"}},
    {"LEFT_ID": "verb", "REL_OP": ">", "RIGHT_ID": "arg", "RIGHT_ATTRS": {"DEP": {"IN": ["nsubj", "obj"]}}},
]


def test_what_is_called_may_remove_its_key(doc):
    matcher, seen = DependencyMatcher(VOCAB), []

    def once(matcher, doc, place, matches):
        seen.append(place)
        matcher.remove("x")

    matcher.add("x", [PAIR], on_match=once)
    assert len(matcher(doc)) == 2 and seen == [0] and len(matcher) == 0


def test_keys_come_and_go(doc):
    matcher = DependencyMatcher(VOCAB)
    seen = []
    matcher.add("x", [PAIR], on_match=lambda *given: seen.append(given))
    number = VOCAB.strings["x"]
    matches = matcher(doc)
    assert matches == [(number, [3, 2]), (number, [3, 5])]
    assert seen == [(matcher, doc, 0, matches), (matcher, doc, 1, matches)]
    assert len(matcher) == 1 and "x" in matcher and number in matcher and "y" not in matcher
    assert matcher.get("x")[1] == [PAIR] and matcher.get("y", 3) == 3
    matcher.add("x", [PAIR])
    assert matcher(doc) == matches * 2 and len(seen) == 2
    with pytest.raises(MissingName, match="no patterns of 'y'"):
        matcher.remove("y")
    matcher.remove("x")
    assert matcher(doc) == [] and len(matcher) == 0


def test_a_span_is_a_tree_of_its_own(doc):
    matcher = DependencyMatcher(VOCAB)
    matcher.add("x", [[PAIR[0] | {"RIGHT_ATTRS": {"LOWER": "saw"}}, PAIR[1] | {"RIGHT_ATTRS": {}}]])
    assert [tokens for _, tokens in matcher(doc[2:5])] == [[1, 0], [1, 2]]


def test_pickling(doc):
    matcher = DependencyMatcher(VOCAB)
    matcher.add("x", [PAIR])
    copied = pickle.loads(pickle.dumps(matcher))
    assert copied(doc) == matcher(doc) and copied.get("x") == matcher.get("x")


def test_texts_without_trees():
    matcher = DependencyMatcher(VOCAB)
    matcher.add("x", [[{"RIGHT_ID": "a", "RIGHT_ATTRS": {"LOWER": "dog"}}]])
    number = VOCAB.strings["x"]
    assert matcher(Doc(VOCAB, words=WORDS)) == [(number, [2])]
    matcher.add("y", [PAIR])
    assert matcher(Doc(VOCAB, words=[])) == []
    with pytest.raises(DataError, match="document 0: patterns ask for DEP, and the document has none"):
        matcher(Doc(VOCAB, words=WORDS))
    with pytest.raises(WrongType, match="in a Doc or a Span, not in str"):
        matcher("a text")


FIRST = {"RIGHT_ID": "a", "RIGHT_ATTRS": {}}
MESSAGES = [
    (FIRST, "the patterns of 'x' are a list of patterns, not {'RIGHT_ID': 'a', 'RIGHT_ATTRS': {}}"),
    ([FIRST], "the patterns of 'x': pattern 1 is a list with a dict for each token, not {'RIGHT_ID': 'a', 'RIGHT_ATTRS': {}}"),
    ([[]], "the patterns of 'x': pattern 1 is empty, and would match nothing"),
    ([["a"]], "the patterns of 'x': pattern 1, token 1 is described by a dict, not by 'a'"),
    ([[{"RIGHT_ID": "a"}]], "the patterns of 'x': pattern 1, token 1 has RIGHT_ATTRS, RIGHT_ID: RIGHT_ATTRS is missing"),
    ([[FIRST | {"REL_OP": ">"}]], "the patterns of 'x': pattern 1, token 1 has RIGHT_ATTRS, RIGHT_ID: REL_OP has no meaning here"),
    ([[FIRST, FIRST]], "the patterns of 'x': pattern 1, token 2 has LEFT_ID, REL_OP, RIGHT_ATTRS, RIGHT_ID: LEFT_ID, REL_OP is missing"),
    ([[FIRST, FIRST | {"LEFT_ID": "a", "REL_OP": ">"}]], "the patterns of 'x': pattern 1, token 2: RIGHT_ID is a new name, not 'a'"),
    ([[FIRST, PAIR[1]]], "the patterns of 'x': pattern 1, token 2: LEFT_ID is the name of a token before it, not 'verb'"),
    ([[PAIR[0], PAIR[1] | {"REL_OP": "=>"}]], "the patterns of 'x': pattern 1, token 2: REL_OP is one of < > << >> . .* ; ;* $+ $- $++ $-- >+ >- >++ >-- <+ <- <++ <--, not '=>'"),
    ([[FIRST | {"RIGHT_ATTRS": {"OP": "+"}}]], "the patterns of 'x': pattern 1, token 1: RIGHT_ATTRS describes one token, and has no operator but '!'"),
    ([[FIRST | {"RIGHT_ATTRS": {"LOWR": "a"}}]], "the patterns of 'x': pattern 1, token 1, RIGHT_ATTRS: pattern 1, token 1: no token attribute is called 'LOWR'"),
]  # fmt: skip


@pytest.mark.parametrize(("patterns", "message"), MESSAGES)
def test_a_mistake_in_patterns(patterns, message):
    matcher = DependencyMatcher(VOCAB)
    with pytest.raises(DataError) as caught:
        matcher.add("x", patterns)
    assert caught.value.message == message
    assert len(matcher) == 0


def test_a_long_chain_and_a_long_list():
    size = 20_000
    chain = Doc(VOCAB, words=["a"] * size, heads=[0, *range(size - 1)])
    flat = Doc(VOCAB, words=["a"] * size, heads=[0] * size)
    matcher = DependencyMatcher(VOCAB)
    for relation in (">>", "<<", ".*", "$++"):
        pattern = [
            {"RIGHT_ID": "a", "RIGHT_ATTRS": {"LOWER": "a"}},
            {"LEFT_ID": "a", "REL_OP": relation, "RIGHT_ID": "b", "RIGHT_ATTRS": {"LOWER": "a"}},
            {"LEFT_ID": "b", "REL_OP": ">", "RIGHT_ID": "c", "RIGHT_ATTRS": {"LOWER": "b"}},
        ]
        matcher.add(relation, [pattern])
    # Pairs of any two tokens are never listed: none of them leads to a match.
    assert matcher(chain) == [] and matcher(flat) == []
