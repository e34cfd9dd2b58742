"""Gold tags of an Example as numbers of labels. A tag with the negative prefix only says which label is wrong."""

from collections import Counter
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from kernel.training import Example
from kernel.vocab.attrs import intify
from kernel_components.losses import MISSING, excluded
from kernel_components.unknown_label import unknown_label

TAG = intify("TAG")


def count_labels(examples: Iterable[Example], neg_prefix: str) -> Counter[str]:
    """Tags of the reference documents without the prefix, and the number of tokens that have each."""
    counts: Counter[str] = Counter()
    for example in examples:
        column = example.reference.columns.get(TAG)
        if column is None:
            continue
        strings = example.reference.vocab.strings
        numbers, occurrences = np.unique(column, return_counts=True)
        for number, count in zip(numbers.tolist(), occurrences.tolist(), strict=True):
            if number:
                counts[split_prefix(strings[number], neg_prefix)[1]] += count
    return counts


def encode(example: Example, classes: Mapping[str, int], neg_prefix: str) -> NDArray[np.int32]:
    """The gold labels of the predicted tokens as `losses` writes them, int32 (tokens,). `DataError` for a new one.

    classes: label -> its number.
    """
    codes = {0: MISSING, None: MISSING}
    values = example.get_aligned("TAG")
    for value in set(values) - {0, None}:
        tag = example.reference.vocab.strings[value]
        negative, label = split_prefix(tag, neg_prefix)
        number = classes.get(label)
        if number is None:
            raise unknown_label("tag", tag, classes, example)
        codes[value] = excluded(number) if negative else number
    return np.array([codes[value] for value in values], dtype=np.int32)


def split_prefix(tag: str, neg_prefix: str) -> tuple[bool, str]:
    """Whether a tag only says which label is wrong, and the label. The prefix alone is a label."""
    negative = bool(neg_prefix) and tag.startswith(neg_prefix) and len(tag) > len(neg_prefix)
    return negative, tag[len(neg_prefix) :] if negative else tag
