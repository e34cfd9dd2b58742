"""The error for a component that finds no labels."""

from typing import Any

from kernel.component import NoExamples
from kernel.errors import DataError


def no_labels(annotation: str, get_examples: Any) -> DataError:
    """For a component that has no labels, was given none, and found none in the examples.

    annotation: what it learns, such as "tags". get_examples: what it was initialized with.
    """
    if isinstance(get_examples, NoExamples):
        return DataError(
            f"there are no examples to learn {annotation} from, and it has no labels",
            hint="Initialize it with examples, give it labels (labels of [initialize.components.NAME]), or take it from a "
            "trained pipeline (source).",
        )
    return DataError(
        f"none of the examples has {annotation}",
        hint=f"Annotate the {annotation} of the training data, or remove the component from the pipeline.",
    )
