"""Whole documents."""

from collections.abc import Callable, Sequence

from kernel.tokens import Doc, Span


def make_doc_spans() -> Callable[[Sequence[Doc]], list[list[Span]]]:
    """The whole document as one span."""
    return doc_spans


def doc_spans(docs: Sequence[Doc]) -> list[list[Span]]:
    """A span for each document; none for an empty one."""
    return [[doc[:]] if len(doc) else [] for doc in docs]
