"""The module `kernel.pipeline.sentencizer`."""

from kernel_components.sentencizer.component import Sentencizer

__all__ = ["Sentencizer"]
