"""The module `kernel.pipeline.lemmatizer`."""

from kernel_components.lemmatizer.component import Lemmatizer

__all__ = ["Lemmatizer"]
