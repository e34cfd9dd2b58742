"""The error for gold that has a label which the component lacks."""

from collections.abc import Sized

from kernel.errors import UnknownLabel
from kernel.training import Example

HINT = (
    "The component takes all labels from initialize (kernel init labels writes them), or reads them from all of the data: of a "
    "corpus that is streamed (max_epochs = -1) it sees the first examples only. "
    "In Python nlp.get_pipe(...).add_label adds one."
)
UNINITIALIZED = "nlp.initialize(lambda: examples) reads them from the examples."


def unknown_label(kind: str, label: str, labels: Sized, example: Example) -> UnknownLabel:
    """The error. kind: what the component calls its labels, such as "tag"."""
    known = (
        f"is not among the {len(labels)} labels"
        if len(labels)
        else "is unknown: the component has no labels yet"
    )
    return UnknownLabel(
        f"the gold {kind} '{label}' {known}",
        document=example.described(),
        hint=HINT if len(labels) else UNINITIALIZED,
    )
