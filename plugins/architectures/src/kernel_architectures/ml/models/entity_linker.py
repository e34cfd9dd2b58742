"""`kernel.ml.models.entity_linker`."""

from kernel_architectures.entity_linker.entity_linker import build_entity_linker as build_nel_encoder

__all__ = ["build_nel_encoder"]
