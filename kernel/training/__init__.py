"""Training of any pipeline from a config: the loop and what it needs, on protocols only.

`Example`, the conversions of entity annotations and the corpora of installed packages are here too, because this is where
the field looks for them.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kernel.tokens.alignment import Alignment as Alignment
    from kernel.tokens.biluo import biluo_tags_to_offsets as biluo_tags_to_offsets
    from kernel.tokens.biluo import biluo_tags_to_spans as biluo_tags_to_spans
    from kernel.tokens.biluo import biluo_to_iob as biluo_to_iob
    from kernel.tokens.biluo import iob_to_biluo as iob_to_biluo
    from kernel.tokens.biluo import offsets_to_biluo_tags as offsets_to_biluo_tags
    from kernel.tokens.biluo import remove_bilu_prefix as remove_bilu_prefix
    from kernel.tokens.biluo import split_bilu_label as split_bilu_label
    from kernel.tokens.example import Example as Example
    from kernel.training.augment import dont_augment as dont_augment

_PUBLIC = {
    "Alignment": "kernel.tokens.alignment",
    "Example": "kernel.tokens.example",
    "biluo_tags_to_offsets": "kernel.tokens.biluo",
    "biluo_tags_to_spans": "kernel.tokens.biluo",
    "biluo_to_iob": "kernel.tokens.biluo",
    "dont_augment": "kernel.training.augment",
    "iob_to_biluo": "kernel.tokens.biluo",
    "offsets_to_biluo_tags": "kernel.tokens.biluo",
    "remove_bilu_prefix": "kernel.tokens.biluo",
    "split_bilu_label": "kernel.tokens.biluo",
}
# Registered readers by the names of the field's classes; a package brings them.
_READERS = {
    "Corpus": "kernel.Corpus.v1",
    "JsonlCorpus": "kernel.JsonlCorpus.v1",
    "PlainTextCorpus": "kernel.PlainTextCorpus.v1",
}
__all__ = [
    "Alignment",
    "Example",
    "biluo_tags_to_offsets",
    "biluo_tags_to_spans",
    "biluo_to_iob",
    "dont_augment",
    "iob_to_biluo",
    "offsets_to_biluo_tags",
    "remove_bilu_prefix",
    "split_bilu_label",
]


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        return getattr(import_module(_PUBLIC[name]), name)
    if name in _READERS:
        return import_module("kernel.registries.family").registry.readers.get(_READERS[name])
    raise AttributeError(f"module 'kernel.training' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_PUBLIC, *_READERS])
