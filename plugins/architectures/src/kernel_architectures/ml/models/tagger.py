"""`kernel.ml.models.tagger`."""

from kernel_architectures.tagger.tagger import build_tagger as build_tagger_model

__all__ = ["build_tagger_model"]
