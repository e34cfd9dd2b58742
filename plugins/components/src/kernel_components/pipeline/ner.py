"""The module `kernel.pipeline.ner`. The model is a block of a config: `registry.resolve(DEFAULT_NER_MODEL)` builds it."""

from kernel_components.ner.component import MODEL as DEFAULT_NER_MODEL
from kernel_components.ner.component import EntityRecognizer

__all__ = ["DEFAULT_NER_MODEL", "EntityRecognizer"]
