"""The module `kernel.pipeline.dep_parser`. The model is a block of a config: `registry.resolve(DEFAULT_PARSER_MODEL)` builds it."""

from kernel_components.parser.component import MODEL as DEFAULT_PARSER_MODEL
from kernel_components.parser.component import DependencyParser

__all__ = ["DEFAULT_PARSER_MODEL", "DependencyParser"]
