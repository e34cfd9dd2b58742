"""A function may have several names: a block of defaults goes under one that names the same function by another of its names."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from kernel.errors import KernelError
from kernel.registries.family import registry


def renamed_defaults(default: Any, block: Any) -> Any:
    """Defaults for a block, with the block's names for the functions that both name; neither is changed.

    What a function doesn't take under its other name is left out.
    """
    if not isinstance(default, Mapping) or not isinstance(block, Mapping):
        return default
    found = {key: renamed_defaults(item, block.get(key)) for key, item in default.items()}
    for key, name in default.items():
        other = block.get(key)
        if not str(key).startswith("@") or other == name or not isinstance(other, str):
            continue
        function = _other(str(key)[1:], str(name), other)
        if function is not None:
            taken = inspect.signature(function).parameters
            found = {one: item for one, item in found.items() if one.startswith("@") or one in taken}
            found[key] = other
    return found


def _other(kind: str, name: str, other: str) -> Any:
    """What `other` names, if that is the function that `name` names; None if not. Only names that differ in the owner are looked up."""
    if name.partition(".")[2] != other.partition(".")[2]:
        return None
    try:
        function, same = registry.get(kind, other), registry.get(kind, name)
    except KernelError:
        # That is a problem of the block, told where the block is used.
        return None
    return function if inspect.unwrap(function) is inspect.unwrap(same) else None
