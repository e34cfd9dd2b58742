"""Phrases in documents: what is found, in which order, with which attributes; arrays and dicts say the same as a plain search."""

import pickle
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernel_matchers.phrase_matcher import lists, trie
from kernel_matchers.phrase_matcher.matcher import PhraseMatcher

from kernel.errors import KernelWarning, MissingName, UsageError, WrongType
from kernel.tokens import Doc, Span
from kernel.vocab import Vocab


@pytest.fixture
def vocab():
    return Vocab()


@pytest.fixture
def doc(vocab):
    return lambda text, **columns: Doc(vocab, words=text.split(), **columns)


def named(matcher, matches):
    return [(matcher.vocab.strings[key], start, end) for key, start, end in matches]


words = st.lists(st.sampled_from("abcA"), max_size=8)
phrases = st.dictionaries(st.sampled_from("XYZ"), st.lists(words.filter(len), max_size=4), max_size=3)


@given(st.lists(words, max_size=4), phrases, st.sampled_from(["ORTH", "LOWER"]))
def test_matches_are_those_of_a_plain_search(texts, wanted, attr):
    vocab = Vocab()
    matcher = PhraseMatcher(vocab, attr=attr)
    for key, some in wanted.items():
        matcher.add(key, [Doc(vocab, words=each) for each in some])

    def form(text):
        return [word.lower() for word in text] if attr == "LOWER" else list(text)

    expected = []
    for text in map(form, texts):
        found = {
            (start, start + len(phrase), place)
            for place, some in enumerate(wanted.values())
            for phrase in map(form, some)
            for start in range(len(text) - len(phrase) + 1)
            if text[start : start + len(phrase)] == phrase
        }
        expected.append([([*wanted][place], start, end) for start, end, place in sorted(found)])
    docs = [Doc(vocab, words=text) for text in texts]
    assert [named(matcher, matcher(each)) for each in docs] == expected
    assert [named(matcher, each) for each in matcher.batch(docs)] == expected


@pytest.mark.parametrize("short", [0, lists.SHORT])
def test_a_span_is_searched_by_itself_and_places_are_the_documents(vocab, doc, monkeypatch, short):
    monkeypatch.setattr(lists, "SHORT", short)
    matcher = PhraseMatcher(vocab)
    matcher.add("B", [doc("a b"), doc("a"), doc("b c")])
    text = doc("x a b c a b")
    assert named(matcher, matcher(text[1:3])) == [("B", 1, 2), ("B", 1, 3)]
    assert named(matcher, matcher(text[5:6])) == []
    spans = matcher(text[1:5], as_spans=True)
    assert [(span.text, span.start, span.label_) for span in spans] == [
        ("a", 1, "B"), ("a b", 1, "B"), ("b c", 2, "B"), ("a", 4, "B"),
    ]  # fmt: skip
    assert all(isinstance(span, Span) and span.doc is text for span in spans)


@pytest.mark.parametrize(
    ("attr", "phrase", "text", "columns", "found"),
    [
        ("LEMMA", {"lemmas": ["go"]}, "he went", {"lemmas": ["he", "go"]}, [1]),
        ("POS", {"pos": ["VERB"]}, "he went", {"pos": ["PRON", "VERB"]}, [1]),
        ("TAG", {"tags": ["VBD"]}, "he went", {"tags": ["PRP", "VBD"]}, [1]),
        ("DEP", {"deps": ["nsubj"]}, "he went", {"deps": ["nsubj", "ROOT"], "heads": [1, 1]}, [0]),
        ("MORPH", {"morphs": ["B=c|A=b"]}, "he went", {"morphs": ["A=b|B=c", "A=b"]}, [0]),
        ("POS", {"pos": ["VERB"]}, "he went", {}, []),
        ("SHAPE", {}, "He x y Abc", {}, [1, 2]),
        ("IS_ALPHA", {}, "1 he .", {}, [1]),
        ("LENGTH", {}, "1 he a", {}, [0, 2]),
        ("norm", {}, "x went", {}, [0]),
        (64 + 1, {}, "x went", {}, [0]),
    ],
)
def test_attributes(vocab, doc, attr, phrase, text, columns, found):
    matcher = PhraseMatcher(vocab, attr=attr)
    matcher.add("X", [doc("x", **phrase)])
    text = doc(text, **columns)
    assert [start for _, start, _ in matcher(text)] == found
    assert matcher.batch([text, text]) == [matcher(text)] * 2


def test_sentence_starts_and_entities(vocab, doc):
    matcher = PhraseMatcher(vocab, attr="SENT_START")
    matcher.add("X", [doc("a b")])
    text = doc("a b c d", sent_starts=[True, False, True, False])
    assert named(matcher, matcher(text)) == [("X", 0, 2), ("X", 2, 4)] and matcher.batch([text]) == [
        matcher(text)
    ]
    assert named(matcher, matcher(text[1:4])) == [("X", 2, 4)]
    matcher = PhraseMatcher(vocab, attr="ENT_TYPE")
    phrase = doc("a b c")
    phrase.ents = [Span(phrase, 0, 2, "P")]
    matcher.add("X", [phrase])
    text.ents = [Span(text, 0, 2, "P")]
    assert named(matcher, matcher(text)) == [("X", 0, 3)]


def test_documents_of_several_vocabularies(vocab, doc):
    matcher = PhraseMatcher(Vocab(), attr="LOWER")
    matcher.add("X", [doc("new york")])
    other = Doc(Vocab(), words=["New", "York"])
    assert matcher.batch([other, doc("a NEW york")]) == [matcher(other), matcher(doc("a NEW york"))]
    assert named(matcher, matcher(other)) == [("X", 0, 2)]


def test_keys(vocab, doc):
    matcher = PhraseMatcher(vocab)
    assert len(matcher) == 0 and matcher(doc("a")) == [] and matcher.batch([]) == []
    matcher.add("B", [doc("a")])
    matcher.add("A", [doc("a")[0:1], doc("a")])
    matcher.add("B", [doc("b")])
    assert len(matcher) == 2 and "A" in matcher and vocab.strings["A"] in matcher and "C" not in matcher
    assert matcher.has_key("B") and None not in matcher
    assert named(matcher, matcher(doc("a b"))) == [("B", 0, 1), ("A", 0, 1), ("B", 1, 2)]
    matcher.remove("B")
    assert named(matcher, matcher(doc("a b"))) == [("A", 0, 1)] and "B" not in matcher
    matcher.remove(vocab.strings["A"])
    assert len(matcher) == 0 and matcher(doc("a b")) == []
    matcher.add("C", [])
    assert len(matcher) == 1 and matcher(doc("a b")) == []


def test_callbacks(vocab, doc):
    matcher, calls = PhraseMatcher(vocab), []

    def note(*arguments):
        calls.append(arguments)

    matcher.add("A", [doc("a")], on_match=note)
    matcher.add("B", note, doc("b"), doc("c"))
    matcher.add("C", None, doc("c"))
    text = doc("a c")
    matches = matcher(text)
    assert named(matcher, matches) == [("A", 0, 1), ("B", 1, 2), ("C", 1, 2)]
    assert calls == [(matcher, text, 0, matches), (matcher, text, 1, matches)]
    matcher.add("A", [doc("b")])
    calls.clear()
    assert list(matcher.pipe([text])) == [text] and calls == [(matcher, text, 1, matches)]
    calls.clear()
    part = matcher(text[1:])
    assert calls == [(matcher, text, 0, part)] and named(matcher, part) == [("B", 1, 2), ("C", 1, 2)]


def test_pipe(vocab, doc):
    matcher = PhraseMatcher(vocab)
    matcher.add("A", [doc("a")])
    docs = [doc(text) for text in ("a", "", "b a", "c")]
    found = [matcher(each) for each in docs]
    assert list(matcher.pipe(iter(docs), batch_size=3)) == docs
    assert list(matcher.pipe(docs, return_matches=True)) == list(zip(docs, found, strict=True))
    pairs = [(each, number) for number, each in enumerate(docs)]
    assert list(matcher.pipe(docs, 3, True)) == list(zip(docs, found, strict=True))
    assert list(matcher.pipe(pairs, as_tuples=True)) == pairs
    assert list(matcher.pipe(pairs, return_matches=True, as_tuples=True)) == [
        ((each, matches), number) for (each, number), matches in zip(pairs, found, strict=True)
    ]


@pytest.mark.parametrize("attr", ["ORTH", "POS"])
def test_a_batch_of_spans(vocab, doc, attr):
    matcher = PhraseMatcher(vocab, attr=attr)
    matcher.add("A", [doc("a", pos=["NOUN"])])
    text = doc("a b a a", pos=["NOUN", "VERB", "NOUN", "NOUN"])
    parts = [text[1:3], text[2:2], text, text[3:]]
    assert [named(matcher, each) for each in matcher.batch(parts)] == [
        [("A", 2, 3)],
        [],
        [("A", 0, 1), ("A", 2, 3), ("A", 3, 4)],
        [("A", 3, 4)],
    ]
    assert [matches for _, matches in matcher.pipe(parts, return_matches=True)] == list(map(matcher, parts))


def test_it_can_be_pickled(vocab, doc):
    matcher = PhraseMatcher(vocab, attr="LOWER")
    matcher.add("A", [doc("a b")], on_match=print)
    matcher(doc("A B"))
    other = pickle.loads(pickle.dumps(matcher))
    assert named(other, other(Doc(other.vocab, words=["x", "A", "B"]))) == [("A", 1, 3)]
    other.add("B", [Doc(other.vocab, words=["x"])])
    assert len(other) == 2 and len(matcher) == 1


@pytest.mark.parametrize(
    ("attr", "given", "error", "said"),
    [
        ("ORTH", lambda doc: doc("a"), WrongType, r"the phrases of 'X' are a list .*\nWrite: add\('X', \[doc\]\)"),
        ("ORTH", lambda doc: "a", WrongType, "the phrases of 'X' are a list of documents, not 'a'"),
        ("ORTH", lambda doc: [doc("a"), "b"], WrongType, r"phrase 2 of 'X' is a document, not 'b'\nnlp.make_doc"),
        ("POS", lambda doc: [doc(""), doc("a b")], UsageError, "phrase 2 of 'X', 'a b ?', has no POS, by which"),
        ("LEMMA", lambda doc: [doc("a")], UsageError, "has no LEMMA"),
    ],
)  # fmt: skip
def test_mistakes(vocab, doc, attr, given, error, said):
    matcher = PhraseMatcher(vocab, attr=attr)
    with pytest.raises(error, match=said):
        matcher.add("X", given(doc))
    assert len(matcher) == 0


def test_other_mistakes(vocab, doc):
    matcher = PhraseMatcher(vocab)
    with pytest.raises(WrongType, match="on_match of 'X' is called for each match, and can't be 3"):
        matcher.add("X", [doc("a")], on_match=3)
    with pytest.raises(MissingName, match="the matcher has no phrases of 'X'"):
        matcher.remove("X")
    with pytest.raises(WrongType, match="phrases are found in a Doc or a Span, not in str"):
        matcher("text")
    with pytest.raises(ValueError, match="no token attribute is called 'FOO'"):
        PhraseMatcher(vocab, attr="FOO")
    with pytest.raises(ValueError, match="tokens can't be matched by HEAD"):
        PhraseMatcher(vocab, attr="HEAD")


def test_what_is_warned_of(vocab, doc):
    matcher = PhraseMatcher(vocab, attr="LOWER", validate=True)
    with pytest.warns(KernelWarning, match="phrase 2 of 'X' has no tokens, and matches nothing"):
        matcher.add("X", [doc("a"), doc("")])
    assert named(matcher, matcher(doc("a"))) == [("X", 0, 1)]
    with pytest.warns(KernelWarning, match="phrase 1 of 'X' is tagged or parsed, but to match by LOWER"):
        matcher.add("X", [doc("b", tags=["T"])])
    PhraseMatcher(vocab, attr="LOWER").add("X", [doc("b", tags=["T"])])


def test_a_document_of_100_000_tokens(vocab, doc):
    matcher = PhraseMatcher(vocab)
    matcher.add("X", [doc("w1 w2 w3"), doc("w999"), doc("w998 w999 w0"), doc("w5 w7")])
    text = [f"w{number % 1000}" for number in range(100_000)]
    matches = matcher(Doc(vocab, words=text))
    assert (
        len(matches) == 100 + 100 + 99 and matches[0][1:] == (1, 4) and matches[-1][1:] == (99_999, 100_000)
    )


def test_a_phrase_of_many_tokens(vocab, doc):
    matcher = PhraseMatcher(vocab)
    text = doc("a b " * 300)
    matcher.add("X", [text, doc("b a a")])
    assert [match[1:] for match in matcher(text)] == [(0, 600)]
    assert [match[1:] for match in matcher(text[:599])] == []


def test_time_grows_with_the_tokens(vocab):
    """Twice the tokens take twice as long, not four times."""
    generator = np.random.default_rng(0)
    matcher = PhraseMatcher(vocab)
    forms = [f"w{number}" for number in range(300)]
    matcher.add(
        "X",
        [Doc(vocab, words=generator.choice(forms, generator.integers(1, 7)).tolist()) for _ in range(10_000)],
    )
    docs = [Doc(vocab, words=generator.choice(forms, size).tolist()) for size in (50_000, 200_000)]
    seconds = []
    for text in docs:
        matcher.matches([text])
        begin = time.process_time()
        for _ in range(3):
            matcher.matches([text])
        seconds.append(time.process_time() - begin)
    assert seconds[1] < 4 * 3 * seconds[0]


def test_the_tree_is_a_tree_of_prefixes():
    values = np.array([5, 6, 5, 6, 7, 9], dtype=np.uint64)
    built = trie.build(trie.Phrases(values, np.array([2, 3, 1]), np.array([0, 1, 1])))
    # The states: the empty prefix, 5, 9, 5 6, 5 6 7.
    assert built.goes_on.tolist() == [True, True, False, True, False] and len(built.edges) == 5
    assert built.keys.tolist() == [1, 0, 1] and np.diff(built.key_starts).tolist() == [0, 0, 1, 1, 1]
    assert built.numbers(np.array([5, 8, 9, 2**63], dtype=np.uint64)).tolist() == [0, 4, 3, 4]
