"""Gold categories of an Example as numbers."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

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


class Gold(NamedTuple):
    """What is known of each category: 1 it holds, 0 it doesn't, -1 unknown.

    Only what a document names is kept, because there may be thousands of categories and a million documents.
    """

    others: int
    """What is known of all categories that are not named."""
    named: NDArray[np.int32]
    """The numbers of those that are."""
    values: NDArray[np.int8]


def table(gold: Sequence[Gold], size: int) -> NDArray[np.int8]:
    """All of what is known of documents, int8 (documents, size)."""
    known = np.empty((len(gold), size), dtype=np.int8)
    known[:] = np.array([each.others for each in gold], dtype=np.int8)[:, None]
    rows = np.repeat(np.arange(len(gold)), [len(each.named) for each in gold])
    columns = np.concatenate([each.named for each in gold])
    known[rows, columns] = np.concatenate([each.values for each in gold])
    return known


def encode(example: Example, numbers: Mapping[str, int], *, exclusive: bool) -> Gold:
    """The gold categories. numbers: the labels and their places.

    exclusive: of labels that a document with one of these doesn't name it is known that they don't hold. What a document
    says of other categories says nothing of these.
    """
    check(example, exclusive=exclusive)
    cats = example.reference.cats
    known = {numbers[label]: int(value) for label, value in cats.items() if label in numbers}
    others = 0 if exclusive and known else -1
    return Gold(others, np.array(list(known), dtype=np.int32), np.array(list(known.values()), dtype=np.int8))
