"""The class `Matcher`: keys, what it returns, and what it refuses."""

import pickle
from importlib import import_module

import pytest
from kernel.matcher import Matcher
from kernel_matchers.token_patterns import program

from kernel.errors import DataError, MissingName, UsageError, WrongType
from kernel.tokens import Doc, Span, Token
from kernel.tokens.underscore import restored
from kernel.vocab import Vocab

VOCAB = Vocab()
A, B = {"LOWER": "a"}, {"LOWER": "b"}
X, Y = VOCAB.strings.add("x"), VOCAB.strings.add("y")


def doc_of(letters, **annotations):
    return Doc(VOCAB, words=list(letters), **annotations)


def test_keys_come_and_go():
    matcher = Matcher(VOCAB)
    matcher.add("x", [[A], [A, B]])
    matcher.add(Y, [[A]], greedy="LONGEST")
    assert (
        len(matcher) == 2 and "x" in matcher and Y in matcher and matcher.has_key("y") and "z" not in matcher
    )
    assert matcher.get("x") == (None, [[A], [A, B]]) and matcher.get("z") is None and matcher.get("z", 3) == 3
    assert matcher(doc_of("cab")) == [(X, 1, 2), (X, 1, 3), (Y, 1, 2)]
    matcher.add("x", [[B]], greedy="FIRST")
    assert matcher.get("x") == (None, [[A], [A, B], [B]])
    assert matcher(doc_of("cab")) == [(X, 1, 3), (Y, 1, 2)]
    with pytest.raises(MissingName, match="no patterns of 'z'"):
        matcher.remove("z")
    matcher.remove("x")
    assert matcher(doc_of("cab")) == [(Y, 1, 2)] and len(matcher) == 1
    matcher.add("empty", [])
    assert "empty" in matcher and matcher(doc_of("a")) == [(Y, 0, 1)]


def test_no_patterns():
    assert Matcher(VOCAB)(doc_of("ab")) == []
    assert Matcher(VOCAB).batch([]) == []


def test_what_is_called_for_matches():
    seen = []
    matcher = Matcher(VOCAB)
    matcher.add("x", [[A]], on_match=lambda *given: seen.append(given))
    matcher.add("y", [[B]])
    doc = doc_of("aba")
    matches = matcher(doc)
    assert matches == [(X, 0, 1), (Y, 1, 2), (X, 2, 3)]
    assert seen == [(matcher, doc, 0, matches), (matcher, doc, 2, matches)]
    part = matcher(doc[1:])
    assert part == [(Y, 0, 1), (X, 1, 2)] and seen[2:] == [(matcher, doc, 1, part)]


def test_what_is_called_may_remove_its_key():
    seen = []

    def once(matcher, doc, place, matches):
        seen.append(place)
        matcher.remove("x")

    matcher = Matcher(VOCAB)
    matcher.add("x", [[A]], on_match=once)
    assert matcher(doc_of("aa")) == [(X, 0, 1), (X, 1, 2)]
    assert seen == [0] and matcher(doc_of("aa")) == []


def test_spans_in_and_out():
    matcher = Matcher(VOCAB)
    matcher.add("x", [[A, B]])
    doc = doc_of("abcab")
    assert matcher(doc, as_spans=True) == [Span(doc, 0, 2, "x"), Span(doc, 3, 5, "x")]
    assert matcher(doc[1:]) == [(X, 2, 4)]
    assert matcher(doc[1:], as_spans=True) == [Span(doc, 3, 5, "x")]
    assert matcher(doc[1:4]) == [] and matcher(doc[2:2]) == []
    assert matcher(doc[1:], with_alignments=True) == [(X, 2, 4, [0, 1])]


def test_streams():
    matcher = Matcher(VOCAB)
    matcher.add("x", [[A]])
    docs = [doc_of("ab"), doc_of(""), doc_of("ba")]
    assert list(matcher.pipe(docs, batch_size=2)) == docs
    assert list(matcher.pipe(docs, return_matches=True)) == list(
        zip(docs, [[(X, 0, 1)], [], [(X, 1, 2)]], strict=True)
    )
    pairs = [(docs[0], "one")]
    assert list(matcher.pipe(pairs, as_tuples=True)) == pairs
    assert list(matcher.pipe(pairs, as_tuples=True, return_matches=True)) == [((docs[0], [(X, 0, 1)]), "one")]


def test_pickling():
    matcher = Matcher(VOCAB, fuzzy_compare=same_length)
    matcher.add("x", [[{"LOWER": {"FUZZY": "ab"}}]], greedy="LONGEST")
    copied = pickle.loads(pickle.dumps(matcher))
    doc = Doc(VOCAB, words=["ab", "xy", "a"])
    assert copied(doc) == matcher(doc) == [(X, 0, 1), (X, 1, 2)] and copied.get("x") == matcher.get("x")


def same_length(text, wanted, edits):
    assert edits == -1
    return len(text) == len(wanted)


def test_annotations_that_are_missing():
    matcher = Matcher(VOCAB)
    matcher.add("x", [[{"POS": "NOUN"}]])
    bare, tagged = doc_of("ab"), doc_of("ab", pos=["", "NOUN"])
    assert matcher(tagged) == [(X, 1, 2)] and matcher(tagged[:1]) == [] and matcher(doc_of("")) == []
    assert matcher(bare, allow_missing=True) == []
    with pytest.raises(DataError) as caught:
        matcher.batch([tagged, bare])
    assert caught.value.message == "document 1: patterns ask for POS, and the document has none"
    assert caught.value.hint == (
        "The pipeline needs a morphologizer, or a tagger and an attribute_ruler, and nlp(text) or nlp.pipe(texts), which run it; "
        "nlp.make_doc doesn't. With allow_missing=True such patterns match nothing."
    )


def test_what_is_refused():
    matcher = Matcher(VOCAB)
    with pytest.raises(
        DataError, match="the patterns of 'x': pattern 1 is a list with a dict for each token"
    ):
        matcher.add("x", [A])
    with pytest.raises(
        DataError, match="the patterns of 'x': pattern 1, token 1: no token attribute is called 'LOWR'"
    ):
        matcher.add("x", [[{"LOWR": "a"}]])
    with pytest.raises(UsageError, match="greedy of 'x' is 'FIRST', 'LONGEST' or None, not 'first'"):
        matcher.add("x", [[A]], greedy="first")
    with pytest.raises(WrongType, match="on_match of 'x' is called for each match, and can't be 3"):
        matcher.add("x", [[A]], on_match=3)
    assert len(matcher) == 0
    with pytest.raises(WrongType, match="in a Doc or a Span, not in str"):
        matcher("a text")


def test_patterns_are_compiled_when_they_are_used(monkeypatch):
    compiled = []
    build = program._Builder.build
    monkeypatch.setattr(program._Builder, "build", lambda self: compiled.append(1) or build(self))
    matcher = Matcher(VOCAB)
    for number in range(20):
        matcher.add(f"k{number}", [[A]])
    assert not compiled
    assert len(matcher(doc_of("a"))) == len(matcher(doc_of("a"))) == 20 and len(compiled) == 1


def test_extension_attributes():
    with restored():
        Token.set_extension("size", getter=lambda token: len(token.text))
        matcher = Matcher(VOCAB)
        matcher.add(
            "x", [[{"_": {"size": {">": 1}}, "LOWER": {"REGEX": "^b"}}, {"_": {"size": 1}, "OP": "?"}]]
        )
        assert matcher(Doc(VOCAB, words=["bb", "a", "aa", "b"])) == [(X, 0, 1), (X, 0, 2)]


def test_a_hundred_thousand_tokens():
    words = (["a"] + ["c"] * 99 + ["b"]) * 1000
    doc = Doc(VOCAB, words=words)
    matcher = Matcher(VOCAB)
    matcher.add("x", [[A, {"LOWER": "c", "OP": "*"}, B]])
    matcher.add("y", [[{"LOWER": "c", "OP": "+"}, {"LOWER": "d"}]])
    assert matcher(doc) == [(X, begin, begin + 101) for begin in range(0, len(words), 101)]
    # Two thousand may begin, and any token is on the way.
    matcher = Matcher(VOCAB)
    matcher.add("x", [[A, {"OP": "*"}, {"LOWER": "z"}]])
    assert matcher(doc) == []
    matcher.add("x", [[B, {"OP": "+"}, {"LOWER": "end"}]])
    assert len(matcher(Doc(VOCAB, words=[*words, "end"]))) == 999


def test_states_that_lead_to_nothing():
    """Every a may go on to every b, and none of these to an end, but one."""
    doc = Doc(VOCAB, words=[*["a", "b"] * 20_000, "c", "d"])
    matcher = Matcher(VOCAB)
    matcher.add("x", [[A, {"OP": "*"}, B, {"LOWER": "d"}]])
    assert matcher(doc) == []
    matcher.add("x", [[A, {"OP": "*"}, B, {"OP": "*"}, {"LOWER": "e"}], [A, {"OP": "*"}, B, {"LOWER": "c"}]])
    assert sorted(matcher(doc)) == [(X, begin, 40_001) for begin in range(0, 40_000, 2)]


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("matcher", "Matcher"),
        ("phrasematcher", "PhraseMatcher"),
        ("dependencymatcher", "DependencyMatcher"),
        ("levenshtein", "levenshtein"),
    ],
)
def test_modules_where_scripts_look_for_it(module, name):
    package = import_module("kernel.matcher")
    assert getattr(import_module(f"kernel.matcher.{module}"), name) is getattr(package, name)
