"""`kernel.ml.extract_ngrams`."""

from kernel_architectures.textcat.ngrams import extract_ngrams

__all__ = ["extract_ngrams"]
