"""Conversions of entity annotations, where the field has them; they lie in `kernel.tokens.biluo`."""

from kernel.tokens.biluo import (
    biluo_tags_to_offsets,
    biluo_tags_to_spans,
    biluo_to_iob,
    iob_to_biluo,
    offsets_to_biluo_tags,
    remove_bilu_prefix,
    split_bilu_label,
)

__all__ = [
    "biluo_tags_to_offsets",
    "biluo_tags_to_spans",
    "biluo_to_iob",
    "iob_to_biluo",
    "offsets_to_biluo_tags",
    "remove_bilu_prefix",
    "split_bilu_label",
]
