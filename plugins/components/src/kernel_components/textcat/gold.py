"""Gold categories of an Example as a row of numbers."""

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from kernel.errors import DataError
from kernel.training import Example


def count_labels(examples: Iterable[Example]) -> Counter[str]:
    """The categories that documents name, and how many documents each holds for."""
    counts: Counter[str] = Counter()
    for example in examples:
        counts.update({label: int(value > 0) for label, value in example.reference.cats.items()})
    return counts


def check(example: Example, *, exclusive: bool) -> None:
    """`DataError` if a gold category has another value than 0 and 1, or, if exclusive, several are 1."""
    cats = example.reference.cats
    for label, value in cats.items():
        if value not in (0, 1):
            raise DataError(
                f"the category '{label}' has the value {value!r}; gold categories are 1 (true) or 0 (false)",
                document=example.described(),
            )
    if exclusive and sum(cats.values()) > 1:
        true = ", ".join(f"'{label}'" for label, value in cats.items() if value)
        raise DataError(
            f"only one category may be true, but these are: {true}",
            document=example.described(),
            hint="If a document may have several categories, use textcat_multilabel.",
        )


def encode(example: Example, labels: Sequence[str], *, exclusive: bool) -> NDArray[np.int8]:
    """What is known of each label, int8 (labels,): 1 holds, 0 doesn't, -1 unknown.

    exclusive: of labels that a document with one of these doesn't name it is known that they don't hold. What a document
    says of other categories says nothing of these.
    """
    check(example, exclusive=exclusive)
    cats = example.reference.cats
    default = 0 if exclusive and not cats.keys().isdisjoint(labels) else -1
    return np.array([int(cats.get(label, default)) for label in labels], dtype=np.int8)
