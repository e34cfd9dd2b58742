"""`kernel.ml.models.spancat`."""

from kernel_architectures.spans.linear_logistic import build_linear_logistic
from kernel_architectures.spans.mean_max_reducer import build_mean_max_reducer
from kernel_architectures.spans.span_categorizer import build_span_categorizer as build_spancat_model

__all__ = ["build_linear_logistic", "build_mean_max_reducer", "build_spancat_model"]
