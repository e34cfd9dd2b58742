"""What is done with the output of a transformer besides `doc._.trf_data`."""

from collections.abc import Callable, Sequence

from kernel.tokens import Doc
from kernel_transformers.data import FullTransformerBatch

AnnotationSetter = Callable[[Sequence[Doc], FullTransformerBatch], None]


def make_null_annotation_setter() -> AnnotationSetter:
    """Nothing."""
    return null_annotation_setter


def null_annotation_setter(docs: Sequence[Doc], trf_data: FullTransformerBatch) -> None:
    """Do nothing. trf_data: what the transformer gave for the Docs of a batch, as another setter gets it."""
