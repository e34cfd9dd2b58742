"""Which wrong span was predicted for which gold one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

import numpy as np

from kernel.tokens import Doc
from kernel_report.predictions.kind import Error, Mark

# Label, first token, and the one after the last.
Key = tuple[str, int, int]


def pair(doc: Doc, missed: Collection[Key], extra: Collection[Key]) -> list[Error]:
    """The errors of a document: a gold span that was not found and a wrong one on the same tokens are one error together.

    doc: the gold one. Each span is in one error. With several on its tokens, a wrong span goes with that which it shares most with,
    and rather with one of its own label.
    """
    left = sorted(set(missed), key=lambda key: key[1:])
    at: dict[int, list[int]] = defaultdict(list)
    for number, (_, start, end) in enumerate(left):
        for token in range(start, end):
            at[token].append(number)
    taken: set[int] = set()
    places = offsets(doc) if left or extra else []

    def error(how: str, gold: str | None, predicted: str | None, start: int, end: int) -> Error:
        return Error(how, gold, predicted, places[start][0], places[end - 1][1])

    found = []
    for label, start, end in sorted(extra, key=lambda key: key[1:]):
        near = {number for token in range(start, end) for number in at.get(token, ())} - taken
        if not near:
            found.append(error("extra", None, label, start, end))
            continue
        best = max(near, key=lambda number: _likeness(left[number], (label, start, end)) + (-number,))
        taken.add(best)
        gold, first, last = left[best]
        same_borders = (first, last) == (start, end)
        how = "label" if same_borders else "borders" if gold == label else "label and borders"
        found.append(error(how, gold, label, min(first, start), max(last, end)))
    found += [
        error("missed", label, None, start, end)
        for number, (label, start, end) in enumerate(left)
        if number not in taken
    ]
    return found


def _likeness(gold: Key, found: Key) -> tuple[int, int]:
    shared = min(gold[2], found[2]) - max(gold[1], found[1])
    return shared, int(gold[0] == found[0])


def offsets(doc: Doc) -> list[tuple[int, int]]:
    """Where each token of a document begins and ends, in characters."""
    starts = np.asarray(doc.to_array("IDX")).astype(np.int64)
    ends = starts + np.asarray(doc.to_array("LENGTH")).astype(np.int64)
    return list(zip(starts.tolist(), ends.tolist(), strict=True))


def marks(doc: Doc, keys: Iterable[Key], others: set[Key]) -> list[Mark]:
    """Spans as parts of a text. others: those of the other side."""
    places = offsets(doc)
    ordered = sorted(keys, key=lambda key: (key[1], -key[2], key[0]))
    return [
        Mark(places[start][0], places[end - 1][1], label, (label, start, end) in others)
        for label, start, end in ordered
    ]
