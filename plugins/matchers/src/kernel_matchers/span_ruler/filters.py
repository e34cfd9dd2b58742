"""Filters: which of the spans that a document has, and of those that were found, are left where they overlap."""

from collections.abc import Callable, Iterable
from itertools import chain

from kernel.tokens import Span

Filter = Callable[[Iterable[Span], Iterable[Span]], Iterable[Span]]
"""A function of the spans that a document has, and of new ones. It returns what is left."""


def make_first_longest_spans_filter() -> Filter:
    """Return a filter that takes no account of what was there before: longer spans win, and of equal ones the first."""
    return first_longest_spans_filter


def make_preserve_existing_ents_filter() -> Filter:
    """Return a filter that keeps all spans that were there, and of the new ones those that touch none of them."""
    return prioritize_existing_ents_filter


def make_prioritize_new_ents_filter() -> Filter:
    """Return a filter that keeps new spans, and of those that were there the ones that touch none of them."""
    return prioritize_new_ents_filter


def first_longest_spans_filter(entities: Iterable[Span], spans: Iterable[Span]) -> list[Span]:
    """Of all spans the longest, then those that begin first, then those that come first, as far as they don't overlap; by place."""
    ordered = sorted(chain(entities, spans), key=lambda span: (span.start - span.end, span.start))
    left: list[Span] = []
    taken = _Taken()
    for span in ordered:
        if not taken.touches(span):
            left.append(span)
            taken.add(span)
    return sorted(left, key=lambda span: span.start)


def prioritize_existing_ents_filter(entities: Iterable[Span], spans: Iterable[Span]) -> list[Span]:
    """All of `entities`, then those of `spans` that touch none of them, the longest and first ones where these overlap."""
    kept = list(entities)
    return [*kept, *first_longest_spans_filter((), _apart(spans, kept))]


def prioritize_new_ents_filter(entities: Iterable[Span], spans: Iterable[Span]) -> list[Span]:
    """Those of `entities` that touch none that is taken, then of `spans` the longest and first ones where these overlap."""
    new = first_longest_spans_filter((), spans)
    return [*_apart(entities, new), *new]


def _apart(spans: Iterable[Span], others: Iterable[Span]) -> list[Span]:
    taken = _Taken()
    for other in others:
        taken.add(other)
    return [span for span in spans if not taken.touches(span)]


class _Taken:
    """The tokens that some spans have."""

    def __init__(self) -> None:
        self._tokens = bytearray()

    def touches(self, span: Span) -> bool:
        return self._tokens.find(1, span.start, span.end) >= 0

    def add(self, span: Span) -> None:
        self._tokens.extend(bytes(max(0, span.end - len(self._tokens))))
        self._tokens[span.start : span.end] = b"\1" * len(span)
