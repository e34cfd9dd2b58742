"""Corpora, where the field has them: the readers of installed packages, as `kernel.training` has them."""

from importlib import import_module
from typing import Any

_NAMES = ("Corpus", "JsonlCorpus", "PlainTextCorpus")


def __getattr__(name: str) -> Any:
    if name in _NAMES:
        return getattr(import_module("kernel.training"), name)
    raise AttributeError(f"module 'kernel.training.corpus' has no attribute {name!r}")
