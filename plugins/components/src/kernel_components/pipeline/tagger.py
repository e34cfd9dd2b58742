"""The module `kernel.pipeline.tagger`. The model is a block of a config."""

from kernel_components.tagger.component import MODEL as DEFAULT_TAGGER_MODEL
from kernel_components.tagger.component import Tagger

__all__ = ["DEFAULT_TAGGER_MODEL", "Tagger"]
