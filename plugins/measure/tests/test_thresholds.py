"""Thresholds against evaluating the pipeline with each of them."""

import pytest
from kernel_measure.thresholds import Setting, find, trials

import kernel
from kernel.component import Component
from kernel.config.ranges import Fraction
from kernel.errors import DataError, KernelWarning, UsageError
from kernel.language import Language
from kernel.training import Example

from .conftest import records

pytestmark = pytest.mark.needs("kernel-nlp-languages", "kernel-nlp-components", "kernel-nlp-architectures")
GRID = [place / 10 for place in range(11)]


def by_hand(nlp, examples, name, score):
    """The same by brute force."""
    component, found = nlp.get_pipe(name), []
    before = component.cfg["threshold"]
    for threshold in GRID:
        component.cfg["threshold"] = threshold
        found.append((threshold, find(nlp.evaluate(examples), score)))
    component.cfg["threshold"] = before
    return found


@pytest.mark.parametrize("score", ["cats_macro_f", "cats_micro_p", "cats_f_per_type.FOOD.f"])
def test_trials_are_as_by_hand(nlp, examples, score):
    name = "textcat_multilabel"
    expected = by_hand(nlp, examples, name, score)
    assert list(trials(nlp, examples, name, "threshold", score, GRID)) == expected
    assert len({score for _, score in expected}) > 3
    assert nlp.get_pipe(name).cfg["threshold"] == 0.5


def test_a_component_that_says_so_predicts_once(nlp, examples, monkeypatch):
    component, calls = nlp.get_pipe("textcat_multilabel"), []
    own = component.predict
    monkeypatch.setattr(component, "predict", lambda docs: calls.append(len(docs)) or own(docs))
    list(trials(nlp, examples, component.name, "threshold", "cats_macro_f", GRID))
    assert calls == [len(examples)]
    monkeypatch.setattr(type(component), "late_settings", frozenset())
    list(trials(nlp, examples, component.name, "threshold", "cats_macro_f", GRID))
    assert len(calls) > len(GRID)


def test_a_score_of_another_component_is_that_of_the_pipeline(nlp, examples):
    found = list(trials(nlp, examples, "textcat_multilabel", "threshold", "ents_f", [0.0, 1.0]))
    assert found == [(threshold, nlp.evaluate(examples)["ents_f"]) for threshold in (0.0, 1.0)]


@pytest.fixture(scope="module")
def spans():
    """A pipeline with components of spans, and examples for it."""
    kernel.util.fix_random_seed(0)
    nlp = kernel.blank("en")
    nlp.add_pipe("span_finder", config={"spans_key": "sc"})
    nlp.add_pipe(
        "spancat",
        config={"spans_key": "sc", "suggester": {"@misc": "kernel.ngram_suggester.v1", "sizes": [1, 2]}},
    )
    examples = []
    for row in records(30, 2):
        who = [(*each[:2], "PERSON") for each in row["entities"]]
        examples.append(Example.from_dict(nlp.make_doc(row["text"]), {"spans": {"sc": who}}))
    optimizer = nlp.initialize(lambda: examples)
    for _ in range(3):
        nlp.update(examples, sgd=optimizer)
    return nlp, examples


def test_components_of_spans_are_as_by_hand(spans):
    nlp, examples = spans
    for name, score in (("spancat", "spans_sc_f"), ("span_finder", "spans_sc_p")):
        with nlp.select_pipes(enable=[name]):
            expected = by_hand(nlp, examples, name, score)
            assert list(trials(nlp, examples, name, "threshold", score, GRID)) == expected
            assert len({score for _, score in expected}) > 2


class Cut(Component):
    """Has a threshold as an attribute, and another in a table."""

    def __init__(self, name):
        super().__init__(name)
        self.threshold = 0.25
        self.cfg["deep"] = {"limit": 3}

    def __call__(self, doc):
        doc.cats["X"] = float(self.threshold < 0.5)
        return doc

    def score(self, examples, **cfg):
        right = sum(example.predicted.cats["X"] for example in examples)
        return {"x_acc": right / len(examples), "x_none": None}


@pytest.fixture
def cut():
    nlp = Language()
    Language.factory("cut.v1", func=lambda nlp, name, threshold=0.25: Cut(name))
    nlp.add_pipe("cut.v1", name="cut")
    return nlp


def test_settings_that_are_attributes_or_in_tables(cut, examples):
    found = list(trials(cut, examples, "cut", "threshold", "x_acc", [0.0, 0.4, 0.6]))
    assert found == [(0.0, 1.0), (0.4, 1.0), (0.6, 0.0)] and cut.get_pipe("cut").threshold == 0.25
    assert Setting(cut, "cut", "deep.limit").value == 3
    assert list(trials(cut, examples, "cut", "threshold", "x_none", [0.1])) == [(0.1, None)]
    list(trials(cut, examples, "cut", "deep.limit", "x_acc", [7.0]))
    assert cut.get_pipe("cut").cfg["deep"] == {"limit": 3}


class Lenient(Cut):
    """Its threshold may be null, as its note may."""

    def __init__(self, name, threshold: Fraction | None = None, note: str | None = None):
        super().__init__(name)
        self.threshold, self.note = threshold, note

    def score(self, examples, **cfg):
        return {"x_acc": 0.5 if self.threshold is None else self.threshold}


def test_a_setting_may_be_null_where_a_number_may_be(examples):
    nlp = Language()
    Language.factory("lenient.v1", func=lambda nlp, name, threshold=None, note=None: Lenient(name))
    nlp.add_pipe("lenient.v1", name="lenient")
    assert list(trials(nlp, examples, "lenient", "threshold", "x_acc", [0.0, 0.75])) == [
        (0.0, 0.0),
        (0.75, 0.75),
    ]
    assert nlp.get_pipe("lenient").threshold is None
    with pytest.raises(UsageError, match="no number 'note' among its settings\nIt has: threshold"):
        Setting(nlp, "lenient", "note")


def test_a_threshold_that_finds_too_much_has_no_score(cut, examples, monkeypatch):
    def fails(self, examples, **cfg):
        if self.threshold == 0:
            raise DataError("more than a million spans")
        return {"x_acc": 1.0}

    def evaluate(examples):
        return cut.get_pipe("cut").score(examples)

    monkeypatch.setattr(Cut, "score", fails)
    monkeypatch.setattr(cut, "evaluate", evaluate)
    with pytest.warns(KernelWarning, match="threshold = 0: more than a million spans"):
        found = list(trials(cut, examples, "cut", "threshold", "x_acc", [0.0, 0.5]))
    assert found == [(0.0, None), (0.5, 1.0)]


def test_what_is_not_there(cut, examples):
    with pytest.raises(UsageError, match="no component 'cot'\nIt has: cut"):
        Setting(cut, "cot", "threshold")
    with pytest.raises(UsageError, match="no number 'treshold' among its settings\nIt has: threshold"):
        Setting(cut, "cut", "treshold")
    with pytest.raises(UsageError, match="no number 'deep' among"):
        Setting(cut, "cut", "deep")
    with pytest.raises(UsageError, match="no score is called 'y'\nThere are: .*x_acc"):
        list(trials(cut, examples, "cut", "threshold", "y", [0.1]))


def test_a_setting_is_put_back_when_something_fails(cut, examples):
    with pytest.raises(UsageError):
        list(trials(cut, examples, "cut", "threshold", "y", [0.9]))
    assert cut.get_pipe("cut").threshold == 0.25
