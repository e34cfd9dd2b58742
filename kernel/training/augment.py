"""Augmenters, where the field has them: those of installed packages, by the names of the functions that make them."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kernel.tokens.example import Example

_REGISTERED = {
    "create_combined_augmenter": "kernel.combined_augmenter.v1",
    "create_lower_casing_augmenter": "kernel.lower_case.v1",
    "create_orth_variants_augmenter": "kernel.orth_variants.v1",
}


def dont_augment(nlp: Any, example: Example) -> Iterator[Example]:
    """Give each example as it is."""
    yield example


def __getattr__(name: str) -> Any:
    if name in _REGISTERED:
        return import_module("kernel.registries.family").registry.augmenters.get(_REGISTERED[name])
    raise AttributeError(f"module 'kernel.training.augment' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_REGISTERED])
