"""Which suggested spans are gold, and which labels are kept: against loops."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from kernel_components.spancat.choose import best, several, without_overlap
from kernel_components.spancat.gold import Gold, matches

PLACES = st.lists(st.tuples(st.integers(0, 4), st.integers(1, 3)), max_size=8)


@given(st.lists(st.tuples(PLACES, PLACES), min_size=1, max_size=4), st.randoms())
def test_matches(documents, draw):
    gold, spans, counts, expected = [], [], [], set()
    for wanted, suggested in documents:
        pairs = [((start, start + size), draw.randrange(3)) for start, size in wanted]
        pairs = list(dict.fromkeys(pairs))
        gold.append(
            Gold(
                np.array([place for place, _ in pairs], dtype=np.int64).reshape(-1, 2),
                np.array([label for _, label in pairs], dtype=np.int64),
            )
        )
        for start, size in suggested:
            expected |= {(len(spans), label) for place, label in pairs if place == (start, start + size)}
            spans.append((start, start + size))
        counts.append(len(suggested))
    rows, labels = matches(gold, np.array(spans, dtype=np.int64).reshape(-1, 2), np.array(counts))
    found = list(zip(rows.tolist(), labels.tolist(), strict=True))
    assert len(found) == len(set(found))
    assert set(found) == expected


@given(st.integers(0, 6), st.integers(1, 4), st.integers(0, 10), st.none() | st.integers(1, 3), st.randoms())
def test_several(n_spans, n_labels, tenths, most, draw):
    values = [[draw.randrange(11) / 10 for _ in range(n_labels)] for _ in range(n_spans)]
    scores = np.array(values, dtype=np.float32).reshape(n_spans, n_labels)
    threshold = np.float32(tenths / 10)
    expected = []
    for row in range(n_spans):
        good = [label for label in range(n_labels) if scores[row, label] >= threshold]
        good = sorted(good, key=lambda label, row=row: (-scores[row, label], label))[:most]
        expected += [(row, label) for label in sorted(good)]
    rows, labels = several(scores, threshold, most)
    assert list(zip(rows.tolist(), labels.tolist(), strict=True)) == expected


def test_best():
    scores = np.array([[0.1, 0.2, 0.7], [0.6, 0.3, 0.1], [0.2, 0.5, 0.3], [0.4, 0.2, 0.4]], dtype=np.float32)
    rows, labels = best(scores, 2, 0.0)
    assert rows.tolist() == [1, 2, 3] and labels.tolist() == [0, 1, 0]
    rows, labels = best(scores, 2, np.float32(0.5))
    assert rows.tolist() == [1, 2] and labels.tolist() == [0, 1]


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(1, 4), st.integers(0, 9)), max_size=10))
def test_without_overlap(spans):
    starts = np.array([start for start, _, _ in spans], dtype=np.int64)
    ends = starts + np.array([size for _, size, _ in spans], dtype=np.int64)
    scores = np.array([[score / 10] for _, _, score in spans], dtype=np.float32).reshape(-1, 1)
    everything = np.arange(len(spans)), np.zeros(len(spans), dtype=np.intp)
    rows, _ = without_overlap(everything, scores, starts, ends)
    expected: list[int] = []
    for place in sorted(range(len(spans)), key=lambda place: -scores[place, 0]):
        if all(ends[place] <= starts[other] or starts[place] >= ends[other] for other in expected):
            expected.append(place)
    assert rows.tolist() == expected
