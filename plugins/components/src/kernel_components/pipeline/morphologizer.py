"""The module `kernel.pipeline.morphologizer`. The model is a block of a config."""

from kernel_components.morphologizer.component import MODEL as DEFAULT_MORPH_MODEL
from kernel_components.morphologizer.component import Morphologizer

__all__ = ["DEFAULT_MORPH_MODEL", "Morphologizer"]
