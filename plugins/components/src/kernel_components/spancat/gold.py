"""Gold spans of examples as arrays, and which of the suggested spans they are."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kernel.training import Example


def count_labels(examples: Iterable[Example], key: str) -> Counter[str]:
    """The labels in the group `key` of reference documents, in the order met, and how often each occurs."""
    counts: Counter[str] = Counter()
    for example in examples:
        counts.update(span.label_ for span in example.reference.spans.get(key, ()))
    return counts


class Gold(NamedTuple):
    """The gold spans of a document that its predicted tokens can express."""

    spans: NDArray[np.int64]
    """Where each starts and ends, (G, 2)."""
    labels: NDArray[np.int64]
    """The number of the label of each, (G,)."""


def encode(example: Example, key: str, numbers: Mapping[str, int]) -> Gold:
    """The gold spans with one of these labels. numbers: label -> its number."""
    aligned = example.get_aligned_spans_y2x(example.reference.spans.get(key, ()), allow_overlap=True)
    known = [(span.start, span.end, numbers[span.label_]) for span in aligned if span.label_ in numbers]
    found = np.array(known, dtype=np.int64).reshape(-1, 3)
    return Gold(found[:, :2], found[:, 2])


def matches(
    gold: Sequence[Gold], spans: NDArray[np.int64], counts: NDArray[np.int64]
) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """Which suggested span has which label: places of spans and numbers of labels, both (M,).

    spans: where each suggested span starts and ends, (S, 2), the documents one after another; counts: how many each has. A span
    that is suggested twice has its labels twice.
    """
    sizes = np.array([len(each.labels) for each in gold])
    labels = np.concatenate([each.labels for each in gold])
    places = np.concatenate([each.spans for each in gold])
    if not len(labels) or not len(spans):
        return np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.int64)
    base = max(int(spans.max()), int(places.max())) + 1
    documents = np.arange(len(gold))
    wanted = _numbers(np.repeat(documents, sizes), places, base)
    suggested = _numbers(np.repeat(documents, counts), spans, base)
    distinct = np.unique(wanted)
    at = np.searchsorted(distinct, suggested)
    at[at == len(distinct)] = 0
    rows = np.flatnonzero(distinct[at] == suggested)
    # Each of these spans has one or more labels, which lie side by side in this order.
    order = np.argsort(wanted, kind="stable")
    first = np.searchsorted(wanted[order], suggested[rows])
    last = np.searchsorted(wanted[order], suggested[rows], side="right")
    times = last - first
    ends = np.cumsum(times)
    chosen = np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - times - first, times)
    return np.repeat(rows, times), labels[order[chosen]]


def _numbers(documents: NDArray[np.int64], spans: NDArray[np.int64], base: int) -> NDArray[np.int64]:
    """One number for document, start and end."""
    return (documents * base + spans[:, 0]) * base + spans[:, 1]
