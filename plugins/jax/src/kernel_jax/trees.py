"""Nested parameters of a JAX function as named arrays, and back.

A tree is a dict with keys of text, a list or a tuple, nested at will, with arrays of floats as leaves. The name of a leaf
is the way to it, as in `layers/0/W`; that of a tree which is one array is `parameters`.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from kernel.errors import UsageError

ROOT = "parameters"


def named(tree: Any) -> dict[str, Any]:
    """Name -> leaf, in the order of the tree, that of keys in dicts.

    Raises UsageError if something else than dicts, lists, tuples and arrays of floats is in the tree.
    """
    return {"/".join(way) or ROOT: leaf for way, leaf in _leaves(tree, ())}


def shaped(tree: Any, values: Mapping[str, Any]) -> Any:
    """A tree of the same form with other leaves. values: by name."""
    return _mapped(tree, (), lambda way: values["/".join(way) or ROOT])


def _leaves(tree: Any, way: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    place = f"the parameter {'/'.join(way)}" if way else "the parameters"
    parts = _parts(tree)
    if parts is None:
        if not hasattr(tree, "shape") or np.dtype(tree.dtype).kind != "f":
            kind = f"an array of {tree.dtype}" if hasattr(tree, "dtype") else f"a {type(tree).__name__}"
            raise UsageError(
                f"JaxWrapper: {place} of the network can't be learnt: it is {kind}",
                hint="Parameters are dicts, lists and tuples of arrays of floats. Let the function hold what else it needs.",
            )
        yield way, tree
        return
    for key, part in parts:
        if not isinstance(key, str) or "/" in key or not key:
            raise UsageError(
                f"JaxWrapper: {place} of the network has the key {key!r}; keys are texts without '/'"
            )
        yield from _leaves(part, (*way, key))


def _parts(tree: Any) -> list[tuple[Any, Any]] | None:
    """(key, part) of a dict, list or tuple; None for a leaf."""
    if isinstance(tree, Mapping):
        return list(tree.items())
    if type(tree) in (list, tuple):
        return [(str(place), part) for place, part in enumerate(tree)]
    return None


def _mapped(tree: Any, way: tuple[str, ...], leaf: Callable[[tuple[str, ...]], Any]) -> Any:
    parts = _parts(tree)
    if parts is None:
        return leaf(way)
    made = {key: _mapped(part, (*way, key), leaf) for key, part in parts}
    return made if isinstance(tree, Mapping) else type(tree)(made.values())
