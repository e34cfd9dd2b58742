"""`kernel.ml.extract_spans`."""

from kernel_architectures.spans.extract_spans import extract_spans

__all__ = ["extract_spans"]
