"""The module `kernel.pipeline.span_ruler`."""

from kernel_matchers.span_ruler.component import SpanRuler
from kernel_matchers.span_ruler.filters import (
    make_preserve_existing_ents_filter,
    make_prioritize_new_ents_filter,
    prioritize_existing_ents_filter,
    prioritize_new_ents_filter,
)
from kernel_matchers.span_ruler.scorer import (
    make_overlapping_labeled_spans_scorer,
    overlapping_labeled_spans_score,
)

__all__ = [
    "SpanRuler",
    "make_overlapping_labeled_spans_scorer",
    "make_preserve_existing_ents_filter",
    "make_prioritize_new_ents_filter",
    "overlapping_labeled_spans_score",
    "prioritize_existing_ents_filter",
    "prioritize_new_ents_filter",
]
