"""The numbers that stand for a component's labels in documents."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kernel.vocab import Vocab


class LabelNumbers:
    """The labels' numbers in the StringStore, looked up once as long as the labels stay the same."""

    def __init__(self) -> None:
        self._kept: tuple[Vocab, tuple[str, ...], NDArray[np.uint64]] | None = None

    def of(self, vocab: Vocab, labels: Sequence[str]) -> NDArray[np.uint64]:
        """One number a label, uint64 (labels,); the strings become permanent."""
        labels, kept = tuple(labels), self._kept
        if kept is not None and kept[0] is vocab and kept[1] == labels:
            return kept[2]
        numbers = np.array([vocab.strings.add(label) for label in labels], dtype=np.uint64)
        self._kept = vocab, labels, numbers
        return numbers
