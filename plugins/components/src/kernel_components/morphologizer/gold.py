"""Gold morphology of an Example as numbers of labels."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernel.tokens import Doc
from kernel.training import Example
from kernel.vocab.attrs import intify
from kernel_components.losses import MISSING
from kernel_components.morphologizer.labels import to_label

MORPH, POS = intify("MORPH"), intify("POS")
# Features and part of speech of a token, as numbers of strings; 0 for not annotated, None for not known.
Pair = tuple[int | None, int | None]


def count_labels(examples: Iterable[Example]) -> Counter[str]:
    """Labels of the reference documents, and the number of tokens that have each."""
    counts: Counter[str] = Counter()
    for example in examples:
        doc = example.reference
        if MORPH in doc.columns or POS in doc.columns:
            pairs = Counter(zip(_values(doc, MORPH), _values(doc, POS), strict=True))
            for pair, count in pairs.items():
                if pair != (0, 0):
                    counts[_label(doc, pair)] += count
    return counts


def encode(example: Example, classes: Mapping[str, int], known: dict[Pair, int]) -> NDArray[np.int32]:
    """The gold labels of the predicted tokens as `losses` writes them, int32 (tokens,). classes: label -> its number.

    Nothing is known of a token that has neither features nor part of speech, that falls on gold tokens which differ in one of
    them, or whose features and part of speech are no label together: there are always rare ones that the training data lack.
    known: codes that other examples with the same classes have found already; new ones are added.
    """
    pairs: list[Pair] = list(zip(example.get_aligned(MORPH), example.get_aligned(POS), strict=True))
    for pair in set(pairs).difference(known):
        annotated = pair != (0, 0) and None not in pair
        known[pair] = classes.get(_label(example.reference, pair), MISSING) if annotated else MISSING
    return np.fromiter(map(known.__getitem__, pairs), np.int32, len(pairs))


def _label(doc: Doc, pair: tuple[Any, Any]) -> str:
    strings = doc.vocab.strings
    return to_label(strings[pair[0]], strings[pair[1]])


def _values(doc: Doc, attr: int) -> list[int]:
    column = doc.columns.get(attr)
    return [0] * len(doc) if column is None else column.tolist()
