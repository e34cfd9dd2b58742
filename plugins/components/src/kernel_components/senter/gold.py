"""Gold sentence starts of an Example as numbers of labels."""

from collections import Counter
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from kernel.training import Example
from kernel.vocab.attrs import intify
from kernel_components.losses import MISSING

SENT_START = intify("SENT_START")
INSIDE, START = "I", "S"
LABELS = (INSIDE, START)


def count_labels(examples: Iterable[Example]) -> Counter[str]:
    """Tokens of the reference documents that start a sentence, and others; of documents with sentences only."""
    counts: Counter[str] = Counter()
    for example in examples:
        doc = example.reference
        if len(doc) and doc.has_annotation(SENT_START):
            starts = len(doc.sentence_borders()) - 1
            counts[START] += starts
            counts[INSIDE] += len(doc) - starts
    return +counts


def encode(example: Example) -> NDArray[np.int32]:
    """The gold labels of the predicted tokens as `losses` writes them, int32 (tokens,): missing without gold sentences.

    Of several tokens that fall on the first gold token of a sentence, the first one starts it.
    """
    starts = example.get_aligned_sent_starts()
    if None in starts:
        return np.full(len(starts), MISSING, dtype=np.int32)
    return np.where(np.array(starts, dtype=bool), LABELS.index(START), LABELS.index(INSIDE)).astype(np.int32)
