"""Documents shared out among the parts of a corpus, so that each part has its share of every label."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from heapq import heapify, heappop, heappush
from random import Random
from typing import Any

PARTS = ("train", "dev", "test")


def parse_shares(text: str) -> dict[str, float]:
    """Part -> its share of one, of a list such as "80,10,10", or "8,2" for train and dev. `UsageError` for another text."""
    from kernel.errors import UsageError

    try:
        numbers = [float(word) for word in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) not in (2, 3) or not all(0 < number < float("inf") for number in numbers):
        raise UsageError(
            f"--split {text}: expected two or three numbers above 0",
            hint="--split 80,10,10 makes train, dev and test of so many parts; --split 80,20 train and dev.",
        )
    return {part: number / sum(numbers) for part, number in zip(PARTS, numbers, strict=False)}


def labels_of(doc: Any) -> set[tuple[str, str]]:
    """What a document is an example of: its categories, and the labels of its entities and spans."""
    found = {("cats", label) for label, value in doc.cats.items() if value >= 0.5}
    found |= {("ents", ent.label_) for ent in doc.ents}
    return found | {(f"spans {key}", span.label_) for key, group in doc.spans.items() for span in group}


def stratified(labels: Sequence[set[Any]], shares: Sequence[float], seed: int) -> list[int]:
    """The number of the part of each document, drawn so that every part has its share of all labels, and of documents.

    labels: those of each document. Rare labels are shared out first, each document to the part that lacks most of the label
    (Sechidis, Tsoumakas and Vlahavas, 2011). The same seed gives the same parts.
    """
    random = Random(seed)
    waiting = list(range(len(labels)))
    random.shuffle(waiting)
    owners: dict[Any, list[int]] = defaultdict(list)
    for document in waiting:
        for label in sorted(labels[document]):
            owners[label].append(document)
    room = [share * len(labels) for share in shares]
    lacking = {label: [share * len(found) for share in shares] for label, found in owners.items()}
    left = Counter({label: len(found) for label, found in owners.items()})
    # Every number that a label has had: those that are no longer true are passed over.
    rarest_first = [(number, label) for label, number in left.items()]
    heapify(rarest_first)
    parts = [-1] * len(labels)

    def put(document: int, wanted: Sequence[float]) -> None:
        part = max(range(len(shares)), key=lambda one: (wanted[one], room[one], -one))
        parts[document] = part
        room[part] -= 1
        for label in labels[document]:
            lacking[label][part] -= 1
            left[label] -= 1
            heappush(rarest_first, (left[label], label))

    while rarest_first:
        number, rarest = heappop(rarest_first)
        if left.get(rarest) != number:
            continue
        for document in owners[rarest]:
            if parts[document] < 0:
                put(document, lacking[rarest])
        del left[rarest]
    for document in waiting:
        if parts[document] < 0:
            put(document, room)
    return parts
