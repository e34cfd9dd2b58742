"""The module `kernel.pipeline.senter`. The model is a block of a config."""

from kernel_components.senter.component import MODEL as DEFAULT_SENTER_MODEL
from kernel_components.senter.component import SentenceRecognizer

__all__ = ["DEFAULT_SENTER_MODEL", "SentenceRecognizer"]
