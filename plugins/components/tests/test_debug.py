"""What components find in the data: entities, categories, tags."""

import pytest
from kernel_components.tagger_debug import entropy

import kernel
from kernel.tokens import Doc
from kernel.training import Example

pytestmark = pytest.mark.needs("kernel-nlp-architectures", "kernel-nlp-languages")


@pytest.fixture(scope="module")
def nlp():
    return kernel.blank("xx")


def entity_examples(nlp, *tagged, words=None, **more):
    """Examples with BIO or BILUO tags as a string; None for no annotation."""
    found = []
    for tags in tagged:
        own = words or [f"w{i}" for i in range(len(tags.split()) if tags else 3)]
        reference = Doc(nlp.vocab, words=own, ents=tags.split() if tags else None, **more)
        found.append(Example(Doc(nlp.vocab, words=own), reference))
    return found


def category_examples(nlp, *categories):
    return [Example.from_dict(nlp.make_doc(f"text {i}"), {"cats": cats}) for i, cats in enumerate(categories)]


def look(nlp, factory, train, dev=()):
    component = nlp.create_pipe(factory)
    return [(one.level, ": ".join([one.message, *one.items])) for one in component.debug(train, list(dev))]


def has(findings, level, text):
    return any(one == level and text in message for one, message in findings)


def test_entities_are_counted(nlp):
    ner = nlp.create_pipe("ner")
    examples = entity_examples(nlp, "B-A I-A O B-A", "B-B O", None)
    assert dict(ner.gold_labels(examples)) == {"A": 2, "B": 1}


def test_rare_entities_and_those_of_every_text(nlp):
    found = look(nlp, "ner", entity_examples(nlp, *["B-A B-B"] * 49, "B-A", "B-A O"))
    assert has(found, "warn", "B: only 49 entities")
    assert not has(found, "warn", "A: only")
    assert has(found, "warn", "A: every document has one")
    assert not has(found, "warn", "B: every")


def test_entity_annotation_that_is_missing(nlp):
    found = look(nlp, "ner", entity_examples(nlp, "B-A O", None), entity_examples(nlp, None))
    assert has(found, "info", "1 of 2 documents to train on have no entity annotation")
    assert has(found, "fail", "no document to evaluate on has entity annotation")
    found = look(nlp, "ner", entity_examples(nlp, "B-A - -"))
    assert has(found, "info", "2 tokens to train on have no entity annotation")


def test_entities_with_an_empty_label(nlp):
    assert has(look(nlp, "ner", entity_examples(nlp, "B- O")), "fail", "1 tokens to train on")


@pytest.mark.parametrize("words", [["\n", "Ada", "ran"], ["Ada", " ", "ran"]])
def test_entities_with_whitespace_at_an_end(nlp, words):
    found = look(nlp, "ner", [], entity_examples(nlp, "B-A I-A O", words=words))
    assert has(found, "fail", "1 entities to evaluate on start or end with whitespace")


def test_whitespace_inside_of_an_entity_is_fine(nlp):
    found = look(nlp, "ner", entity_examples(nlp, "B-A I-A I-A", words=["Ada", " ", "ran"]))
    assert not has(found, "fail", "whitespace")


def test_entities_across_sentences(nlp):
    found = look(nlp, "ner", entity_examples(nlp, "O B-A I-A O", sent_starts=[True, False, True, False]))
    assert has(found, "warn", "1 entities to train on cross the end of a sentence: 'w1 w2'")
    found = look(nlp, "ner", entity_examples(nlp, "O B-A I-A O", sent_starts=[True, True, False, True]))
    assert not has(found, "warn", "cross")


def test_entities_inside_of_words(nlp):
    reference = Doc(
        nlp.vocab, words=["New", "-", "York", "is"], spaces=[0, 0, 1, 0], ents=["B-A", "O", "O", "B-A"]
    )
    found = look(nlp, "ner", [Example(Doc(nlp.vocab, words=["New-York", "is"], spaces=[1, 0]), reference)])
    assert has(found, "warn", "1 entities to train on are lost: they start or end inside of a word: 'New'")


def test_categories_are_counted(nlp):
    examples = category_examples(nlp, {"A": 1, "B": 0}, {"A": 1}, {})
    assert dict(nlp.create_pipe("textcat").gold_labels(examples)) == {"A": 2, "B": 0}


def test_fine_categories(nlp):
    exclusive = category_examples(nlp, {"A": 1, "B": 0}, {"A": 0, "B": 1})
    assert look(nlp, "textcat", exclusive, exclusive) == []
    several = category_examples(nlp, {"A": 1, "B": 1}, {"A": 0, "B": 0})
    assert look(nlp, "textcat_multilabel", several, several) == []


@pytest.mark.parametrize(
    ("factory", "train", "dev", "level", "text"),
    [
        ("textcat", [{"A": 1}], [], "fail", "one category is no choice"),
        ("textcat", [{}], [], "fail", "no document has categories"),
        ("textcat", [{"A": 1, "B": 0.5}], [], "fail", "neither 0 nor 1: B 0.5"),
        ("textcat", [{"A": 1, "B": 1}], [], "fail", "1 documents to train on have several categories"),
        (
            "textcat",
            [{"A": 1, "B": 0}],
            [{"A": 1, "B": 1}],
            "fail",
            "1 documents to evaluate on have several",
        ),
        ("textcat", [{"A": 1, "B": 0}], [], "warn", "these categories hold for no document to train on: B"),
        ("textcat", [{"A": 1, "B": 0}, {}], [], "info", "1 of 2 documents to train on have no categories"),
        ("textcat_multilabel", [{}], [], "fail", "no document has categories"),
        ("textcat_multilabel", [{"A": 1, "B": 0}], [], "warn", "textcat may do better"),
        (
            "textcat_multilabel",
            [{"A": 1}],
            [{"A": 1, "B": 1}],
            "fail",
            "1 documents to evaluate on have several",
        ),
        ("textcat_multilabel", [{"A": 2}], [], "fail", "neither 0 nor 1: A 2"),
    ],
)
def test_categories_with_faults(nlp, factory, train, dev, level, text):
    found = look(nlp, factory, category_examples(nlp, *train), category_examples(nlp, *dev))
    assert has(found, level, text)


def tagged(nlp, *tags):
    return [Example.from_dict(Doc(nlp.vocab, words=["w"] * len(one)), {"tags": one}) for one in tags]


def test_tags_are_counted_without_the_prefix_of_wrong_ones(nlp):
    examples = tagged(nlp, ["N", "V", ""], ["!N", "N"])
    assert dict(nlp.create_pipe("tagger").gold_labels(examples)) == {"N": 3, "V": 1}


@pytest.mark.parametrize(
    ("tags", "level", "text"),
    [
        (["N", "V"], "info", "entropy 1.00"),
        (["N", "N", "N", "V"], "info", "entropy 0.81"),
        (["N", "N"], "warn", "only one label"),
        (["", ""], "fail", "no token to train on has a label"),
    ],
)
def test_how_even_tags_are(nlp, tags, level, text):
    assert has(look(nlp, "tagger", tagged(nlp, tags)), level, text)


@pytest.mark.parametrize(("counts", "expected"), [([], 0.0), ([5], 0.0), ([2, 2, 2], 1.0), ([3, 1], 0.8113)])
def test_entropy(counts, expected):
    assert entropy(counts) == pytest.approx(expected, abs=1e-4)
