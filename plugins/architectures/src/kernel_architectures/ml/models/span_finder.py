"""`kernel.ml.models.span_finder`."""

from kernel_architectures.span_finder.span_finder import build_span_finder as build_finder_model

__all__ = ["build_finder_model"]
