"""The choice among candidates against the formula, mention by mention."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_linking.entity_linker.choose import choose, cosines, undecided
from kernel_linking.entity_linker.loss import cosine_loss
from kernel_linking.kb.candidate import Columns
from thinc.api import NumpyOps


def brute(found, n_mentions, encodings, incl_prior, threshold):
    """One mention after the other, one candidate after the other."""
    best = []
    for mention in range(n_mentions):
        own = [place for place, each in enumerate(found.mentions) if each == mention]
        if not own:
            best.append(-1)
        elif len(own) == 1 and threshold is None:
            best.append(own[0])
        else:
            scores = []
            for place in own:
                prior = found.priors[place] if incl_prior else np.float32(0)
                score = prior
                if encodings is not None:
                    x, y = encodings[mention], found.vectors[found.rows[place]]
                    norms = np.linalg.norm(x) * np.linalg.norm(y)
                    similar = float(x @ y / norms) if norms else 0.0
                    score = prior + similar - prior * similar
                scores.append(float(score))
            first = next(
                place for place, score in zip(own, scores, strict=True) if score >= max(scores) - 1e-6
            )
            best.append(first if threshold is None or max(scores) >= threshold - 1e-6 else -1)
    return best


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.integers(0, 4), max_size=8),
    st.integers(0, 10_000),
    st.booleans(),
    st.booleans(),
    st.sampled_from([None, 0.35, 0.8]),
)
def test_the_best_score_wins(counts, seed, incl_prior, incl_context, threshold):
    draw = np.random.default_rng(seed)
    total = sum(counts)
    found = Columns(
        np.repeat(np.arange(len(counts)), counts),
        # Of a few values, so that there are ties.
        draw.integers(0, 4, total).astype("float32") / 4,
        draw.integers(0, 5, total),
        draw.integers(-1, 2, (5, 3)).astype("float32"),
        str,
    )
    is_open = undecided(found, len(counts), threshold)
    all_encodings = draw.integers(-1, 2, (len(counts), 3)).astype("float32")
    encodings = all_encodings[is_open] if incl_context else None
    best = choose(found, is_open, encodings, incl_prior=incl_prior, threshold=threshold)
    expected = brute(found, len(counts), all_encodings if incl_context else None, incl_prior, threshold)
    scored = {}
    for mention, (one, other) in enumerate(zip(best.tolist(), expected, strict=True)):
        if one != other:
            # Ties by the last digit.
            scored[mention] = (one, other)
    assert not {key: pair for key, pair in scored.items() if -1 in pair}
    for one, other in scored.values():
        assert found.mentions[one] == found.mentions[other]


def test_the_score_is_that_of_the_field():
    found = Columns(
        np.array([0, 0]), np.array([0.5, 0.4], "float32"), np.array([0, 1]), np.eye(2, dtype="float32"), str
    )
    # 0.5 + 0 - 0 against 0.4 + 1 - 0.4.
    best = choose(found, np.array([True]), np.array([[0, 2]], "float32"), incl_prior=True, threshold=None)
    assert best.tolist() == [1]
    assert choose(found, np.array([True]), None, incl_prior=True, threshold=None).tolist() == [0]
    assert choose(found, np.array([True]), None, incl_prior=True, threshold=0.6).tolist() == [-1]


def test_zeros_are_like_nothing():
    X = np.array([[0, 0], [1, 0], [3, 4]], "float32")
    Y = np.array([[1, 1], [0, 0], [4, 3]], "float32")
    assert cosines(X, Y).tolist() == pytest.approx([0, 0, 24 / 25])


def test_the_gradient_of_the_loss_is_that_of_finite_differences():
    draw = np.random.default_rng(1)
    X, Y = draw.normal(size=(4, 5)), draw.normal(size=(4, 5))
    loss, gradient = cosine_loss(NumpyOps(), X, Y)
    cosine = (X * Y).sum(1) / np.linalg.norm(X, axis=1) / np.linalg.norm(Y, axis=1)
    assert loss == pytest.approx((1 - cosine).mean())
    for place in np.ndindex(X.shape):
        step = np.zeros_like(X)
        step[place] = 1e-5
        # The gradient is that of the sum, the loss the mean.
        slope = 4 * (cosine_loss(NumpyOps(), X + step, Y)[0] - cosine_loss(NumpyOps(), X - step, Y)[0]) / 2e-5
        assert gradient[place] == pytest.approx(slope, abs=1e-6)
