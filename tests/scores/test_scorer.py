"""Scores: what is counted, what is left out, what they are called."""

from kernel.scorer import Scorer

from kernel.tokens import Doc
from kernel.training import Example
from kernel.vocab import Vocab

VOCAB = Vocab()


def doc(words, **annotations):
    words = words.split() if isinstance(words, str) else words
    return Doc(VOCAB, words=words, spaces=[True] * len(words), **annotations)


def pair(predicted, reference):
    return Example(predicted, reference)


def test_without_a_pipeline_all_kinds_are_scored_and_what_nobody_annotated_is_none():
    gold = doc("a b", tags=["X", "Y"], ents=["B-A", "O"])
    gold.cats = {"GOOD": 1.0, "BAD": 0.0}
    found = doc("a b", tags=["X", "X"], ents=["B-A", "O"])
    found.cats = {"GOOD": 0.9, "BAD": 0.1}
    scores = Scorer().score([pair(found, gold)])
    assert (scores["token_acc"], scores["tag_acc"], scores["ents_f"], scores["cats_micro_f"]) == (
        1,
        0.5,
        1,
        1,
    )
    assert scores["sents_f"] is None and scores["dep_las"] is None and scores["morph_acc"] is None
    by_component = Scorer().score([pair(found, gold)], per_component=True)
    assert by_component["tagger"] == {"tag_acc": 0.5}


def test_settings_go_to_the_components():
    class Part:
        def score(self, examples, **settings):
            return settings

    class Nlp:
        pipeline = (("part", Part()),)

    assert Scorer(Nlp(), threshold=0.3).score([])["threshold"] == 0.3


def test_the_functions_take_what_else_a_component_has():
    examples = [pair(doc("a b", tags=["X", "Y"]), doc("a b", tags=["X", "Y"]))]
    assert Scorer.score_token_attr(examples, "tag", labels=("X",), threshold=0.5) == {"tag_acc": 1}
    for function in (Scorer.score_tokenization, Scorer.score_ents, Scorer.score_deps, Scorer.score_cats):
        assert function(examples, overwrite=True) == function(examples)
