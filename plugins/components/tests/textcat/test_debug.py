"""What is found in categories."""

import pytest

from kernel.training import Example

pytestmark = pytest.mark.needs("kernel-nlp-architectures", "kernel-nlp-languages")


def category_examples(nlp, *categories):
    return [Example.from_dict(nlp.make_doc(f"text {i}"), {"cats": cats}) for i, cats in enumerate(categories)]


def test_categories_are_counted(nlp):
    examples = category_examples(nlp, {"A": 1, "B": 0}, {"A": 1}, {})
    assert dict(nlp.create_pipe("textcat").gold_labels(examples)) == {"A": 2, "B": 0}


def test_fine_categories(nlp, look):
    exclusive = category_examples(nlp, {"A": 1, "B": 0}, {"A": 0, "B": 1})
    assert look("textcat", exclusive, exclusive) == []
    several = category_examples(nlp, {"A": 1, "B": 1}, {"A": 0, "B": 0})
    assert look("textcat_multilabel", several, several) == []


@pytest.mark.parametrize(
    ("factory", "train", "dev", "level", "text"),
    [
        ("textcat", [{"A": 1}], [], "fail", "there is only one category"),
        ("textcat", [{}], [], "fail", "no document has categories"),
        ("textcat", [{"A": 1, "B": 0.5}], [], "fail", "neither 0 nor 1: B 0.5"),
        ("textcat", [{"A": 1, "B": 1}], [], "fail", "1 document to train on has several categories"),
        (
            "textcat",
            [{"A": 1, "B": 0}],
            [{"A": 1, "B": 1}],
            "fail",
            "1 document to evaluate on has several",
        ),
        ("textcat", [{"A": 1, "B": 0}], [], "warn", "no document to train on has these categories: B"),
        ("textcat", [{"A": 1, "B": 0}, {}], [], "info", "1 of 2 documents to train on have no categories"),
        ("textcat_multilabel", [{}], [], "fail", "no document has categories"),
        ("textcat_multilabel", [{"A": 1, "B": 0}], [], "warn", "textcat may do better"),
        (
            "textcat_multilabel",
            [{"A": 1}],
            [{"A": 1, "B": 1}],
            "fail",
            "1 document to evaluate on has several",
        ),
        ("textcat_multilabel", [{"A": 2}], [], "fail", "neither 0 nor 1: A 2"),
    ],
)
def test_categories_with_faults(nlp, look, factory, train, dev, level, text):
    found = look(factory, category_examples(nlp, *train), category_examples(nlp, *dev))
    assert found.has(level, text)
