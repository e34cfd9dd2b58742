"""What is found in groups of spans."""

import pytest
from kernel_components.spancat.distinctiveness import distinctiveness

from kernel.tokens import Span
from kernel.training import Example

pytestmark = pytest.mark.needs("kernel-nlp-architectures", "kernel-nlp-languages")


def span_examples(nlp, *texts, key="sc"):
    """One example a text; each with (start, end, label), or None for no group."""
    examples = []
    for text, spans in texts:
        doc = nlp.make_doc(text)
        if spans is not None:
            doc.spans[key] = [Span(doc, *span) for span in spans]
        examples.append(Example(nlp.make_doc(text), doc))
    return examples


FINE = [("Anna saw a bird in the long grass", [(0, 1, "PER")])] * 60 + [("it is so", [])] * 60


def test_spans_are_counted(nlp):
    examples = span_examples(nlp, ("a b c", [(0, 1, "A"), (0, 2, "B"), (1, 2, "A")]), ("d", None))
    assert dict(nlp.create_pipe("spancat").gold_labels(examples)) == {"A": 2, "B": 1}


def test_fine_spans(nlp, look):
    found = look("spancat", span_examples(nlp, *FINE))
    assert {level for level, _ in found} == {"info"}
    assert found.has("info", "60 spans in the group 'sc'; 90% of them have up to 1 token, the longest has 1")
    assert found.has("info", "PER: distinctiveness of its words 2.")
    assert found.has("info", "1,620 spans are suggested to train on, 3.70% of them are gold")


@pytest.mark.parametrize(
    ("train", "dev", "level", "text"),
    [
        ([("a b", None)], [], "fail", "no document to train on has the group 'sc'"),
        ([("a b", [(0, 1, "A")])], [], "warn", "A: only 1 span to train on; 50 or more are better"),
        ([("a b", [(0, 1, "A")])], [], "warn", "A: every document to train on has one"),
        ([("a b", [(0, 1, "")])], [], "fail", "1 spans to train on have an empty label"),
        ([("a  b", [(1, 3, "A")])], [], "warn", "1 spans to train on start or end with whitespace: ' b'"),
        ([("a b c d", [(0, 4, "A")])], [], "warn", "1 gold spans to train on is not suggested"),
        ([("a", [(0, 1, "A")])], [("b", None)], "info", "1 of 1 documents to evaluate on has no group"),
        ([("a", [(0, 1, "A")])], [], "warn", "every span that is suggested to train on is gold"),
        ([("a b", [(0, 2, "A")])], [], "warn", "A: its words (0.00) and the words beside it (0.00)"),
    ],
)
def test_mistakes(nlp, look, train, dev, level, text):
    found = look("spancat", span_examples(nlp, *train), span_examples(nlp, *dev))
    assert found.has(level, text), found


def test_other_groups_are_named(nlp, look):
    examples = span_examples(nlp, ("a b", [(0, 1, "A")]), key="other")
    assert look("spancat", examples) == [
        ("fail", "no document to train on has the group 'sc'; there are the groups: other")
    ]


def test_spans_that_begin_inside_of_a_word(nlp, look):
    (example,) = span_examples(nlp, ("New York", [(1, 2, "A")]))
    example.predicted = type(example.predicted)(nlp.vocab, words=["New York"], spaces=[False])
    assert look("spancat", [example]).has(
        "warn", "1 spans to train on are lost: they start or end inside of a word: 'York'"
    )


def test_a_suggester_that_needs_what_is_not_there(nlp):
    spancat = nlp.create_pipe("spancat", config={"suggester": {"@misc": "kernel.subtree_suggester.v1"}})
    found = list(spancat.debug(span_examples(nlp, ("a b", [(0, 1, "A")])), []))
    assert any("needs a parsed document" in one.message and one.level == "info" for one in found)


def test_distinctiveness(nlp):
    """Two of four words are in the spans: log 2. All are beside one, as often as they are: 0."""
    examples = span_examples(nlp, ("a b c d", [(0, 2, "X"), (2, 3, "Y"), (1, 2, "Y")]))
    from math import log

    found = distinctiveness(examples, "sc")
    assert found["X"] == (pytest.approx(log(2)), pytest.approx(log(4)))
    assert found["Y"] == (pytest.approx(log(2)), pytest.approx(0.0))
