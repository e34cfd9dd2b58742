"""What is found in entities."""

import pytest

from kernel.tokens import Doc
from kernel.training import Example

pytestmark = pytest.mark.needs("kernel-nlp-architectures", "kernel-nlp-languages")


def entity_examples(nlp, *tagged, words=None, **more):
    """Examples with BIO or BILUO tags as a string; None for no annotation."""
    found = []
    for tags in tagged:
        own = words or [f"w{i}" for i in range(len(tags.split()) if tags else 3)]
        reference = Doc(nlp.vocab, words=own, ents=tags.split() if tags else None, **more)
        found.append(Example(Doc(nlp.vocab, words=own), reference))
    return found


def test_entities_are_counted(nlp):
    ner = nlp.create_pipe("ner")
    examples = entity_examples(nlp, "B-A I-A O B-A", "B-B O", None)
    assert dict(ner.gold_labels(examples)) == {"A": 2, "B": 1}


def test_rare_entities_and_those_of_every_text(nlp, look):
    found = look("ner", entity_examples(nlp, *["B-A B-B"] * 49, "B-A", "B-A O"))
    assert found.has("warn", "B: only 49 entities")
    assert not found.has("warn", "A: only")
    assert found.has("warn", "A: every document to train on has one")
    assert not found.has("warn", "B: every")


def test_entity_annotation_that_is_missing(nlp, look):
    found = look("ner", entity_examples(nlp, "B-A O", None), entity_examples(nlp, None))
    assert found.has("info", "1 of 2 documents to train on have no entity annotation")
    assert found.has("fail", "no document to evaluate on has entity annotation")
    found = look("ner", entity_examples(nlp, "B-A - -"))
    assert found.has("info", "2 tokens to train on have no entity annotation")


def test_entities_with_an_empty_label(nlp, look):
    assert look("ner", entity_examples(nlp, "B- O")).has("fail", "1 tokens to train on")


@pytest.mark.parametrize("words", [["\n", "Ada", "ran"], ["Ada", " ", "ran"]])
def test_entities_with_whitespace_at_an_end(nlp, look, words):
    found = look("ner", [], entity_examples(nlp, "B-A I-A O", words=words))
    assert found.has("fail", "1 entities to evaluate on start or end with whitespace")


def test_whitespace_inside_of_an_entity_is_fine(nlp, look):
    found = look("ner", entity_examples(nlp, "B-A I-A I-A", words=["Ada", " ", "ran"]))
    assert not found.has("fail", "whitespace")


def test_entities_across_sentences(nlp, look):
    found = look("ner", entity_examples(nlp, "O B-A I-A O", sent_starts=[True, False, True, False]))
    assert found.has("warn", "1 entities to train on cross the end of a sentence: 'w1 w2'")
    found = look("ner", entity_examples(nlp, "O B-A I-A O", sent_starts=[True, True, False, True]))
    assert not found.has("warn", "cross")


def test_entities_inside_of_words(nlp, look):
    reference = Doc(
        nlp.vocab, words=["New", "-", "York", "is"], spaces=[0, 0, 1, 0], ents=["B-A", "O", "O", "B-A"]
    )
    found = look("ner", [Example(Doc(nlp.vocab, words=["New-York", "is"], spaces=[1, 0]), reference)])
    assert found.has("warn", "1 entities to train on are lost: they start or end inside of a word: 'New'")
