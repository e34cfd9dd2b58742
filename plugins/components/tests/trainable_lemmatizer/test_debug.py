"""What is found in lemmas."""

import pytest

from kernel.tokens import Doc
from kernel.training import Example

pytestmark = pytest.mark.needs("kernel-nlp-architectures", "kernel-nlp-languages")


def lemmatized(nlp, *pairs):
    words, lemmas = zip(*(pair.split("/") for pair in pairs), strict=True)
    return Example(Doc(nlp.vocab, words=words), Doc(nlp.vocab, words=words, lemmas=lemmas))


@pytest.fixture
def train(nlp):
    return [
        lemmatized(nlp, "dogs/dog", "cats/cat", "cars/car"),
        lemmatized(nlp, "a/a", "b/b", "c/c", "The/the"),
    ]


def test_trees_and_how_many_are_learnt(look, train):
    found = look("trainable_lemmatizer", train)
    assert found.has(
        "info",
        '3 edit trees; 2 of them occur 3 times or more (min_tree_freq) and are learnt: * (3): * "s">""',
    )
    assert found.has("info", "1 of 7 (14.3%) of the lemmas to train on have a rarer one")


def test_one_tree_is_told_as_one(nlp, look):
    found = look("trainable_lemmatizer", [lemmatized(nlp, "a/a", "b/b", "c/c", "cats/cat")])
    assert found.has(
        "info", "2 edit trees; 1 of them occurs 3 times or more (min_tree_freq) and is learnt: * (3)"
    )


def test_trees_that_only_the_other_part_has(nlp, look, train):
    found = look("trainable_lemmatizer", train, [lemmatized(nlp, "dogs/dog", "The/the", "mice/mouse", "x/x")])
    assert found.has(
        "info", "2 of 4 (50.0%) of the lemmas to evaluate on need an edit tree that is not learnt"
    )


def test_documents_without_lemmas(nlp, look, train):
    empty = Example(Doc(nlp.vocab, words=["x"]), Doc(nlp.vocab, words=["x"]))
    found = look("trainable_lemmatizer", [*train, lemmatized(nlp, "x/", "y/y"), empty])
    assert found.has("warn", "1 of 4 documents to train on have no lemmas")
    assert found.has("info", "1 document to train on has lemmas for some of their tokens only")


def test_nothing_to_learn(nlp, look):
    assert look("trainable_lemmatizer", [lemmatized(nlp, "x/")]).has(
        "fail", "no token to train on has a lemma"
    )
    rare = lemmatized(nlp, "x/x")
    assert look("trainable_lemmatizer", [rare]).has("fail", "no edit tree is frequent enough")
    assert look("trainable_lemmatizer", [rare] * 3).has("warn", "there is only one edit tree")
