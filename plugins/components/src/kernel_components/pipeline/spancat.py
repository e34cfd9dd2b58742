"""The module `kernel.pipeline.spancat`. The models are blocks of a config."""

from kernel_components.scorers.spancat import make_spancat_scorer
from kernel_components.scorers.spancat import score_spancat as spancat_score
from kernel_components.spancat.component import MODEL as DEFAULT_SPANCAT_MODEL
from kernel_components.spancat.component import SpanCategorizer
from kernel_components.spancat_singlelabel.component import (
    SINGLELABEL_MODEL as DEFAULT_SPANCAT_SINGLELABEL_MODEL,
)
from kernel_components.suggesters.ngrams import (
    build_ngram_range_suggester,
    build_ngram_suggester,
    ngram_suggester,
)
from kernel_components.suggesters.preset import build_preset_spans_suggester, preset_spans_suggester

__all__ = [
    "DEFAULT_SPANCAT_MODEL",
    "DEFAULT_SPANCAT_SINGLELABEL_MODEL",
    "SpanCategorizer",
    "build_ngram_range_suggester",
    "build_ngram_suggester",
    "build_preset_spans_suggester",
    "make_spancat_scorer",
    "ngram_suggester",
    "preset_spans_suggester",
    "spancat_score",
]
