"""What is found in trees."""

import pytest

from kernel.tokens import Doc
from kernel.training import Example

pytestmark = pytest.mark.needs("kernel-nlp-architectures", "kernel-nlp-languages")


def tree_example(nlp, heads, deps=None, words=None):
    n = len(heads)
    own = [f"w{i}" for i in range(n)]
    deps = deps or ["ROOT" if head == i else "x" for i, head in enumerate(heads)]
    return Example(Doc(nlp.vocab, words=words or own), Doc(nlp.vocab, words=own, heads=heads, deps=deps))


def test_labels_are_counted(nlp):
    parser = nlp.create_pipe("parser")
    examples = [tree_example(nlp, [0, 0, 0]), tree_example(nlp, [0, 1])]
    assert parser.gold_labels(examples) == {"ROOT": 3, "x": 2}
    assert parser.labels == ()


def test_labels_of_a_parser_that_has_some(nlp):
    parser = nlp.create_pipe("parser", config={"min_action_freq": 2})
    examples = [tree_example(nlp, [0, 0, 0]), tree_example(nlp, [0, 0], ["ROOT", "y"])]
    parser.initialize(lambda: examples)
    assert parser.gold_labels(examples) == {"ROOT": 2, "x": 2, "dep": 1}
    # "dep" is one of its labels, whether or not there is anything to learn as it.
    assert parser.gold_labels(examples[:1]) == {"ROOT": 1, "x": 2, "dep": 0}
    assert set(parser.gold_labels(examples[:1])) == set(parser.labels)
    assert not parser.gold_labels([Example(Doc(nlp.vocab, ["a"]), Doc(nlp.vocab, ["a"]))])


def test_amounts(nlp, look):
    found = look("parser", [tree_example(nlp, [0, 0, 2, 2])] * 19 + [tree_example(nlp, [0, 0])])
    assert found.has("info", "39 sentences to train on, of 2.0 tokens on average")
    assert not found.has("warn", "sentences in a document") and not found.has("warn", "x: only")
    found = look("parser", [tree_example(nlp, [0, 0])] * 19)
    assert found.has("warn", "1.00 sentences in a document to train on")
    assert found.has("warn", "x: only 19 arcs to train on") and found.has("warn", "ROOT: only 19 arcs")
    assert found.has(
        "warn", "1 kinds of arcs are learned as 'dep', because there are fewer than min_action_freq = 30"
    )
    assert found.has("warn", "x to the right (19)")


def test_annotation_that_is_missing(nlp, look):
    nothing = Example(Doc(nlp.vocab, words=["a"]), Doc(nlp.vocab, words=["a"]))
    partly = tree_example(nlp, [0, 0, None], ["ROOT", "x", ""])
    found = look("parser", [nothing, partly], [nothing])
    assert found.has("info", "1 of 2 documents to train on have no dependencies")
    assert found.has("info", "1 tokens to train on have no known head")
    assert found.has("fail", "no document to evaluate on has dependencies")
    assert not look("parser", [], []).has("fail", "")


def test_crossing_arcs(nlp, look):
    found = look("parser", [tree_example(nlp, [1, 1, 0, 1])], [tree_example(nlp, [0, 0, 0])])
    assert found.has("info", "1 arcs to train on (33.3%) cross others")
    assert not found.has("info", "to evaluate on (")
    found = look("parser", [], [tree_example(nlp, [0, 1, 0, 1])])
    assert found.has("warn", "1 documents to evaluate on have trees that run through each other")


def test_roots_with_several_labels(nlp, look):
    found = look("parser", [tree_example(nlp, [0, 0, 2], ["root", "x", "frag"])])
    assert found.has(
        "warn", "roots to train on have several labels, and the parser gives ROOT to all: root (1)"
    )


def test_tokens_that_teach_nothing(nlp, look):
    found = look("parser", [tree_example(nlp, [0, 0, 0], words=["w0", "w", "1w2"])])
    assert found.has("info", "1 tokens to train on teach nothing")
