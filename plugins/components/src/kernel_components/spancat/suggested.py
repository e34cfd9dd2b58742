"""Which gold spans of examples are suggested: what the suggester misses can be neither learnt nor found."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
from thinc.api import Ragged

from kernel.tokens import Doc
from kernel.training import Example

BATCH = 256

Suggest = Callable[[Sequence[Doc]], Ragged]


@dataclass
class Suggested:
    """Counts over examples.

    gold: spans of the group that the predicted tokens can express. suggested: spans that are suggested. right: gold ones among them,
    each place once. missed: the texts of gold spans that are not suggested.
    """

    gold: int = 0
    suggested: int = 0
    right: int = 0
    missed: list[str] = field(default_factory=list)


def compare(examples: Iterable[Example], key: str, suggest: Suggest) -> Suggested:
    """Compare the gold spans of the group `key` with those that are suggested for the predicted documents."""
    counts = Suggested()
    stream = iter(examples)
    while batch := list(islice(stream, BATCH)):
        spans = suggest([example.predicted for example in batch])
        places = np.reshape(spans.dataXd, (-1, 2)).tolist()
        end = 0
        for example, count in zip(batch, spans.lengths.tolist(), strict=True):
            first, end = end, end + count
            found = set(map(tuple, places[first:end]))
            gold = list(example.reference.spans.get(key, ()))
            aligned = example.get_aligned_spans_y2x(gold, allow_overlap=True)
            counts.missed += [span.text for span in aligned if (span.start, span.end) not in found]
            counts.gold += len(aligned)
            counts.suggested += count
            counts.right += len({(span.start, span.end) for span in aligned} & found)
    return counts
