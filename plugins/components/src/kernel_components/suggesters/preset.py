"""Spans that are in the documents already."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from thinc.api import Ragged

from kernel.errors import DataError
from kernel.tokens import Doc
from kernel_components.suggesters.places import pairs_as_ragged


def build_preset_spans_suggester(spans_key: str) -> Callable[..., Ragged]:
    """Suggest the spans of the group `doc.spans[spans_key]`, in their order; another component or the data set it."""
    return partial(preset_spans_suggester, spans_key=spans_key)


def preset_spans_suggester(docs: Sequence[Doc], spans_key: str, *, ops: Any = None) -> Ragged:
    """The spans of a group. `DataError` for a document without it."""
    for number, doc in enumerate(docs):
        if len(doc) and spans_key not in doc.spans:
            raise DataError(
                f"there is no group of spans '{spans_key}' to take suggestions from",
                document=number,
                hint="What sets it must run before: in training, name that component in annotating_components of [training].",
            )
    parts = [[(span.start, span.end) for span in doc.spans.get(spans_key, ())] for doc in docs]
    return pairs_as_ragged(parts, ops)
