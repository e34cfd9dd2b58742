"""Decoding side by side, one after the other and with a window, against the plain definition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_components.arc_eager import Constraints, Gold, Moves, decode, learn

from kernel.tokens.heads import starts_from_heads

from . import reference, trees
from .trees import LAYOUTS


def check_sentences(found, constraints):
    """Trees are sentences: those that were given start where it was said, and nowhere else."""
    if constraints.sent_start is not None:
        starts = starts_from_heads((found.heads - np.arange(constraints.n)).astype(np.int32))
        firsts = (constraints.ends - constraints.lengths)[constraints.lengths > 0]
        given = constraints.sent_start.copy()
        given[firsts] = 1
        assert (starts[given != 0] == given[given != 0]).all()


def check(seed, n_docs, longest, at_once=10_000):
    rng = np.random.default_rng(seed)
    moves = trees.moves_of(int(rng.integers(1, 4)), subtoken=rng.random() < 0.3)
    lengths = [int(rng.integers(0, longest + 1)) for _ in range(n_docs)]
    _, constraints = trees.batch(rng, lengths, 1, preset=rng.choice([0, 0.2, 0.6]))
    layout = LAYOUTS[rng.integers(3)]
    spread = int(rng.choice([0, 1, 30]))
    scores = trees.TableScores(rng, constraints.n, layout, len(moves), spread, at_once)
    # Now and then an action is much liked, so that stacks get deep and tokens go back in numbers.
    scores.weights[0, :, moves.action == rng.integers(5)] += int(rng.choice([0, 0, 20, 200]))
    found = decode(scores, constraints, moves)
    check_sentences(found, constraints)
    offset = 0
    for state in reference.decode(scores, lengths, trees.presets(constraints), moves):
        here = slice(offset, offset + state.n)
        heads = [i if head < 0 else head for i, head in enumerate(state.heads)]
        assert (found.heads[here] - offset).tolist() == heads
        assert found.labels[here].tolist() == state.labels
        starts = [
            1 if begins else min(given, 0) for begins, given in zip(state.starts, state.preset, strict=True)
        ]
        assert found.starts[here].tolist() == starts
        offset += state.n


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 9), st.integers(0, 12))
def test_documents_one_after_the_other(seed, n_docs, longest):
    check(seed, n_docs, longest)


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 16))
def test_one_document(seed, longest):
    check(seed, 1, longest)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(10, 30), st.integers(1, 16))
def test_documents_side_by_side(seed, n_docs, longest):
    check(seed, n_docs, longest)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 14), st.integers(1, 40))
def test_documents_that_are_longer_than_what_is_prepared(seed, n_docs, longest):
    check(seed, n_docs, longest, at_once=12)


def test_batches_without_tokens():
    moves = trees.moves_of(1)
    scores = trees.TableScores(np.random.default_rng(0), 0, LAYOUTS[0], len(moves))
    assert not len(decode(scores, Constraints([0, 0]), moves).heads)
    assert not len(decode(scores, Constraints([]), moves).heads)


@pytest.mark.parametrize("n_docs", [1, 20])
def test_where_nothing_is_valid_the_document_is_given_up(n_docs):
    moves = Moves()
    scores = trees.TableScores(np.random.default_rng(0), 2 * n_docs, LAYOUTS[0], len(moves), spread=0)
    found = decode(scores, Constraints([2] * n_docs, np.array([0, -1] * n_docs, dtype=np.int8)), moves)
    assert found.heads.tolist() == list(range(2 * n_docs))
    assert (found.labels == -1).all()


@pytest.mark.parametrize("cls", range(5))
def test_scores_that_are_no_numbers_end_like_others(cls):
    moves = trees.moves_of(1)
    lengths = [7] * 12
    scores = trees.TableScores(np.random.default_rng(cls), sum(lengths), LAYOUTS[0], len(moves))
    scores.weights[:, ::3, cls] = np.nan
    together = decode(scores, Constraints(lengths), moves)
    scores.at_once = 10
    alone = decode(scores, Constraints(lengths), moves)
    assert (together.heads == alone.heads).all() and (together.labels == alone.labels).all()
    loss, _ = learn(scores, Constraints([10]), Gold.unknown(10), moves, 0)
    assert np.isnan(loss)
