"""`kernel.ml.models.parser`."""

from kernel_architectures.transition.transition_based_parser import (
    build_transition_model as build_tb_parser_model,
)

__all__ = ["build_tb_parser_model"]
