"""The module `kernel.pipeline.textcat`. The model is a block of a config."""

from kernel_components.textcat.component import MODEL as DEFAULT_SINGLE_TEXTCAT_MODEL
from kernel_components.textcat.component import TextCategorizer

__all__ = ["DEFAULT_SINGLE_TEXTCAT_MODEL", "TextCategorizer"]
