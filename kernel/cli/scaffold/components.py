"""Texts for plugins that annotate documents and score annotations."""

from kernel.cli.scaffold.kinds import Kind

FACTORIES = Kind(
    module="questions",
    function="make_questions",
    registered="${owner}_questions",
    about="a component that says which documents are questions",
    code='''"""A component that says which documents are questions."""

from kernel.component import Component
from kernel.language import Language
from kernel.tokens import Doc


class Questions(Component):
    """Sets `doc.cats[label]` to 1 if the document ends with a question mark, else 0."""

    def __init__(self, name: str, label: str) -> None:
        super().__init__(name)
        # What is in cfg is saved with the pipeline.
        self.cfg["label"] = label

    def __call__(self, doc: Doc) -> Doc:
        doc.cats[self.cfg["label"]] = float(doc.text.rstrip().endswith("?"))
        return doc


@Language.factory(
    "${owner}_questions",
    assigns=["doc.cats"],
    default_config={"label": "question"},
)
def make_questions(nlp: Language, name: str, label: str) -> Questions:
    """Mark questions. label: the category that is set."""
    return Questions(name, label)
''',
    test='''"""The component goes through the conformance suite, and finds questions."""

import pytest
from kernel.language import Language
from kernel.testing import ComponentSuite


class TestQuestions(ComponentSuite):
    name = "${owner}_questions"


@pytest.mark.parametrize(("text", "expected"), [("Really?", 1.0), ("Yes.", 0.0)])
def test_questions_end_with_a_question_mark(text: str, expected: float) -> None:
    nlp = Language()
    nlp.add_pipe("${owner}_questions", config={"label": "asks"})
    assert nlp(text).cats == {"asks": expected}
''',
    config={
        "nlp": 'lang = "xx"\npipeline = ["tagger", "questions"]',
        "components.questions": 'factory = "${owner}_questions"\nlabel = "question"',
    },
)

SCORERS = Kind(
    module="exact",
    function="make_exact_scorer",
    registered="$owner.exact_scorer.v1",
    about="a scorer that counts the documents whose tags are all right",
    code='''"""A scorer that counts the documents whose tags are all right."""

from collections.abc import Callable, Iterable
from typing import Any

from kernel.training import Example


def make_exact_scorer() -> Callable[..., dict[str, Any]]:
    """Return a function of examples that gives `tag_exact`."""
    return score_exact


def score_exact(examples: Iterable[Example], **settings: Any) -> dict[str, Any]:
    """The share of documents whose tags are all right, 0 to 1.

    Documents without gold tags don't count; None if no document counts.
    """
    right, counted = 0, 0
    for example in examples:
        if example.reference.has_annotation("TAG"):
            gold = example.get_aligned("TAG", as_string=True)
            counted += 1
            right += [token.tag_ for token in example.predicted] == gold
    return {"tag_exact": right / counted if counted else None}
''',
    test='''"""The scorer goes through the conformance suite."""

from kernel.testing import ScorerSuite


class TestExact(ScorerSuite):
    name = "$owner.exact_scorer.v1"
    perfect = ("tag_exact",)
''',
    config={
        "components.tagger.scorer": '@scorers = "$owner.exact_scorer.v1"',
        "training.score_weights": "tag_exact = 1.0\ntag_acc = null",
    },
)
