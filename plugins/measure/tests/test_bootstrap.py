"""Intervals against closed forms, and shares of counts against scoring each resample."""

from math import comb

import numpy as np
import pytest
from kernel_measure.bootstrap import interval, ratios, resamples
from kernel_measure.documents import intervals, numbers_of, scorers
from kernel_measure.timing import outliers, summary

from kernel.scores.counts import Share
from kernel.training import Example


def test_the_interval_of_an_accuracy_is_that_of_the_binomial_distribution():
    # The number of right documents in a resample of n is binomial, with the share of right ones as its probability.
    n, right, level = 50, 35, 0.95
    parts = np.array([[1]] * right + [[0]] * (n - right))
    shares = ratios(parts, np.ones_like(parts), 40_000)[:, 0]
    p = right / n
    below = np.cumsum([comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)])
    found = [float((shares <= k / n + 1e-9).mean()) for k in range(n + 1)]
    assert found == pytest.approx(below, abs=0.01)
    exact = [int(np.searchsorted(below, tail)) / n for tail in ((1 - level) / 2, (1 + level) / 2)]
    # Where a tail is all but hit, one document more or less.
    assert interval(shares, level) == pytest.approx(exact, abs=1 / n + 1e-9)


def test_resamples_are_of_one_size_and_fair():
    blocks = np.concatenate(list(resamples(7, 3000)))
    assert blocks.shape == (3000, 7) and (blocks.sum(axis=1) == 7).all()
    assert blocks.mean(axis=0) == pytest.approx(np.ones(7), abs=0.1)
    again = np.concatenate(list(resamples(7, 3000)))
    other = np.concatenate(list(resamples(7, 3000, seed=1)))
    assert (blocks == again).all() and not (blocks == other).all()


def test_what_is_not_measured_in_a_resample_is_left_out():
    shares = ratios(np.array([[1], [0]]), np.array([[1], [0]]), 50)[:, 0]
    assert np.isnan(shares).any() and interval(shares, 0.9) == (1.0, 1.0)
    assert interval(np.array([np.nan]), 0.9) is None


def test_shares_of_counts_are_as_if_each_resample_was_scored(nlp, examples):
    done = list(nlp.pipe([example.predicted for example in examples]))
    examples = [Example(doc, example.reference) for doc, example in zip(done, examples, strict=True)]
    told, seen = [], 0
    for score in scorers(nlp).values():

        def floats(some, score=score):
            return plain(score(some))

        quick = intervals(examples, score, level=0.9, number=60, progress=lambda *each: told.append(each))
        slow = intervals(examples, floats, level=0.9, number=60)
        assert list(quick) == list(slow)
        for name, bounds in quick.items():
            assert bounds == pytest.approx(slow[name]), name
        seen += len(quick)
    assert seen == 30
    # Of the scores here, means over labels and areas are scored again, once for all of them.
    assert told == [(number, 60) for number in range(1, 61)]


def plain(value):
    """Scores that don't know of their counts."""
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    return float(value) if isinstance(value, Share) else value


def test_numbers_of_tables():
    scores = {"a": 1, "b": {"c": 0.5, "d": {"e": 0.1}}, "speed": 9.0, "f": None, "g": "text", "h": True}
    assert dict(numbers_of(scores)) == {"a": 1, "b.c": 0.5, "b.d.e": 0.1}


def test_the_speed_is_that_of_all_batches_together():
    words, seconds = np.array([100, 100, 100, 700]), np.array([1.0, 1.0, 1.0, 1.0])
    mean, (low, high) = summary(words, seconds, 0.95)
    assert mean == 250 and 100 <= low < mean < high <= 700


def test_outliers():
    rates = np.array([*np.linspace(10, 20, 20), 30.0, 90.0])
    low, high = np.quantile(rates, [0.25, 0.75])
    assert high + 1.5 * (high - low) < 30 < high + 3 * (high - low)
    assert outliers(rates) == (1, 1) and outliers(np.ones(9)) == (0, 0)
