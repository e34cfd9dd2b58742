"""Sentences."""

from collections.abc import Callable, Sequence

from kernel.tokens import Doc, Span


def make_sent_spans() -> Callable[[Sequence[Doc]], list[list[Span]]]:
    """Each sentence is a span. A component before the transformer has to set the boundaries."""
    return sent_spans


def sent_spans(docs: Sequence[Doc]) -> list[list[Span]]:
    """The sentences of each document. DataError if one has no sentence boundaries."""
    return [list(doc.sents) if len(doc) else [] for doc in docs]
