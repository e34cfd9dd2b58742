"""The nearest rows are those that sorting everything gives."""

import numpy as np
import pytest

from kernel.vocab.vectors.nearest import lengths_of, nearest


def by_sorting(table, left_out, queries, n):
    rows, scores = [], []
    for query in queries:
        found = []
        for row, vector in enumerate(table):
            if row not in left_out:
                norms = np.linalg.norm(query) * np.linalg.norm(vector)
                found.append((-round(float(query @ vector / norms) if norms else 0.0, 4), row))
        found = sorted(found)[:n]
        rows.append([row for _, row in found])
        scores.append([-score for score, _ in found])
    return rows, scores


@pytest.mark.parametrize("n", [0, 1, 5, 12])
@pytest.mark.parametrize("batch_size", [1, 3, 100])
def test_rows_and_scores_of_whole_numbers(n, batch_size):
    # Many rows are equally near: few different whole numbers.
    draw = np.random.default_rng(5)
    table = draw.integers(-1, 2, (15, 3)).astype(np.float32)
    queries = draw.integers(-1, 2, (10, 3)).astype(np.float32)
    left_out = [2, 7, 11]
    norms = lengths_of(table)
    norms[left_out] = -1
    rows, scores = nearest(table, norms, queries, n, batch_size)
    expected_rows, expected_scores = by_sorting(table, left_out, queries, n)
    assert rows.tolist() == expected_rows
    assert scores == pytest.approx(np.array(expected_scores).reshape(len(queries), n), abs=1e-4)
    assert rows.shape == (10, n) and rows.dtype == np.int32 and scores.dtype == np.float32


def test_equally_near_rows_come_in_their_order():
    table = np.tile(np.array([[3, 4, 5]], dtype=np.float32), (200, 1))
    rows, scores = nearest(table, lengths_of(table), np.array([[3, 4, 5], [0, 0, 0]]), 7, 1024)
    assert rows.tolist() == [list(range(7))] * 2
    assert scores.tolist() == [[1.0] * 7, [0.0] * 7]


def test_no_queries():
    table = np.ones((2, 3), dtype=np.float32)
    rows, scores = nearest(table, lengths_of(table), np.zeros((0, 3)), 2, 10)
    assert rows.shape == scores.shape == (0, 2)
