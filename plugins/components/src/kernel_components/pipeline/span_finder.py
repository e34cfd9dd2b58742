"""The module `kernel.pipeline.span_finder`. The model is a block of a config."""

from kernel_components.scorers.found_spans import make_span_finder_scorer
from kernel_components.scorers.found_spans import score_found_spans as span_finder_score
from kernel_components.scorers.spancat import DEFAULT_KEY as DEFAULT_SPANS_KEY
from kernel_components.span_finder.component import MODEL as DEFAULT_SPAN_FINDER_MODEL
from kernel_components.span_finder.component import SpanFinder

__all__ = [
    "DEFAULT_SPANS_KEY",
    "DEFAULT_SPAN_FINDER_MODEL",
    "SpanFinder",
    "make_span_finder_scorer",
    "span_finder_score",
]
