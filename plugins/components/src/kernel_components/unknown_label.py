"""The error for gold that has a label which the component lacks."""

from collections.abc import Sized

from kernel.errors import DataError
from kernel.training import Example

HINT = (
    "A component that is taken from a trained pipeline (source) keeps the labels it has: give it new ones in Python "
    "(nlp.get_pipe(...).add_label, then nlp.to_disk, and name that directory as source), or train it anew, with factory in place of source. "
    "Another one takes all labels from initialize (kernel init labels writes them), or reads them from all of the data: of a "
    "corpus that is streamed (max_epochs = -1) it sees the first examples only."
)
UNINITIALIZED = "nlp.initialize(lambda: examples) reads them from the examples."


def unknown_label(kind: str, label: str, labels: Sized, example: Example) -> DataError:
    """The error. kind: what the component calls its labels, such as "tag"."""
    known = (
        f"is not among the {len(labels)} labels"
        if len(labels)
        else "is unknown: the component has no labels yet"
    )
    return DataError(
        f"the gold {kind} '{label}' {known}",
        document=example.described(),
        hint=HINT if len(labels) else UNINITIALIZED,
    )
