"""The module `kernel.pipeline.entity_linker`. The model is a block of a config."""

from kernel_linking.entity_linker.component import MODEL as DEFAULT_NEL_MODEL
from kernel_linking.entity_linker.component import EntityLinker

__all__ = ["DEFAULT_NEL_MODEL", "EntityLinker"]
