"""Alignment of two tokenizations, where the field has them; they lie in `kernel.tokens.alignment`."""

from kernel.tokens.alignment import Alignment

__all__ = ["Alignment"]
