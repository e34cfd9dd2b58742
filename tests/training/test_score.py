import warnings
from math import nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import KernelWarning, TrainingError
from kernel.training.score import score_weights, warn_of_missing, weighted_score

names = st.sampled_from(["ents_f", "ents_p", "tag_acc", "cats_score"])
weights = st.dictionaries(names, st.one_of(st.none(), st.just(0.0), st.floats(0.01, 10)))


@given(weights, weights)
def test_weights_add_up_to_one(defaults: dict[str, float | None], own: dict[str, float | None]) -> None:
    merged = score_weights(defaults, own)
    assert sum(weight or 0 for weight in merged.values()) == pytest.approx(
        1.0 if any(merged.values()) else 0.0
    )
    assert merged.keys() == defaults.keys() | own.keys()


def test_own_weights_override_the_defaults() -> None:
    merged = score_weights({"ents_f": 1.0, "ents_p": 0.0, "tag_acc": 1.0}, {"tag_acc": 3.0, "ents_p": None})
    assert merged == {"ents_f": 0.25, "ents_p": None, "tag_acc": 0.75}


def test_score_is_the_weighted_mean_of_what_was_measured() -> None:
    scores = {"ents_f": 0.8, "cats_score": 0.2, "tag_acc": None, "speed": 9000.0, "ents_per_type": {}}
    weights = {
        "ents_f": 0.3,
        "cats_score": 0.1,
        "tag_acc": 0.4,
        "dep_las": 0.2,
        "ents_per_type": None,
        "speed": 0.0,
    }
    assert weighted_score(scores, weights) == pytest.approx((3 * 0.8 + 0.2) / 4)


@pytest.mark.parametrize("scores", [{}, {"a": None}, {"b": 1.0}])
def test_no_score_where_nothing_with_a_weight_was_measured(scores: dict[str, float | None]) -> None:
    assert weighted_score(scores, {"a": 1.0, "b": 0.0, "c": None}) is None


def test_a_score_that_can_never_be_measured_is_said_once() -> None:
    with pytest.warns(KernelWarning, match="no final score: a, b can't be measured") as caught:
        warn_of_missing({"a": None, "b": None, "c": None}, {"a": 0.5, "b": 0.5, "c": None}, {})
    assert len(caught) == 1


def test_a_part_that_is_not_measured_is_no_reason_to_warn() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_of_missing({"a": None, "b": 0.5}, {"a": 0.5, "b": 0.5}, {})


def test_score_of_another_number_type() -> None:
    assert weighted_score({"a": np.float32(0.5)}, {"a": 1.0}) == 0.5


@pytest.mark.parametrize(
    ("score", "message"), [({"PER": 1}, "not a number: dict"), ("high", "not a number: str")]
)
def test_weighted_score_that_is_no_number(score: object, message: str) -> None:
    with pytest.raises(TrainingError, match=message):
        weighted_score({"a": score}, {"a": 1.0})


def test_weighted_score_that_is_nan() -> None:
    with pytest.raises(TrainingError, match="'a' is nan"):
        weighted_score({"a": nan}, {"a": 1.0})


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ({"a": 1.0, "b": 1.0, "c": 1.0}, {"a": 1 / 3, "b": 1 / 3, "c": 1 / 3}),
        ({"a": 0.996, "b": 0.004}, {"a": 0.996, "b": 0.004}),
    ],
)
def test_nothing_is_rounded(own: dict[str, float | None], expected: dict[str, float]) -> None:
    assert score_weights({}, own) == pytest.approx(expected, rel=1e-12)
