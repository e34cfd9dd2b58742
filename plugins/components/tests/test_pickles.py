"""Components go through pickle, as notebooks and other libraries send them to processes."""

import copy
import pickle

import pytest

import kernel
from kernel.training import Example

pytestmark = pytest.mark.needs("kernel-nlp-architectures", "kernel-nlp-languages")
TEXT = "Ann lives here. She likes it."


@pytest.mark.parametrize(
    "factory", ["ner", "parser", "tagger", "textcat", "textcat_multilabel", "tok2vec", "trainable_lemmatizer"]
)
def test_a_component_predicts_the_same_when_it_comes_back(factory):
    nlp = kernel.blank("en")
    component = nlp.add_pipe(
        factory, config={"min_tree_freq": 1} if factory == "trainable_lemmatizer" else {}
    )
    gold = {
        "entities": [(0, 3, "PERSON")],
        "tags": ["A", "B"] * 4,
        "heads": [1, 1, 1, 1, 5, 5, 5, 5],
        "deps": ["nsubj", "ROOT", "advmod", "punct", "nsubj", "ROOT", "obj", "punct"],
        "lemmas": ["x"] * 8,
        "cats": {"X": 1.0, "Y": 0.0},
    }
    nlp.initialize(lambda: [Example.from_dict(nlp.make_doc(TEXT), gold)])
    before = nlp(TEXT).to_bytes()
    again = pickle.loads(pickle.dumps(component))
    assert again.cfg == component.cfg and again.labels == component.labels
    assert again.to_bytes() == component.to_bytes()
    assert again(nlp.make_doc(TEXT)).to_bytes() == before


def test_a_sentencizer_too():
    nlp = kernel.blank("en")
    component = nlp.add_pipe("sentencizer")
    nlp(TEXT)
    for again in (pickle.loads(pickle.dumps(component)), copy.deepcopy(component)):
        assert [sent.text for sent in again(nlp.make_doc(TEXT)).sents] == ["Ann lives here.", "She likes it."]
