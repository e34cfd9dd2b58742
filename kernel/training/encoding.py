"""Plain data as JSON and a list of arrays: what states of a run are written as.

Plain are None, bool, int, float, text, bytes, lists, tuples, dicts, sets, deques and arrays of numbers, one in the other.
What comes back is equal in type and value, also where JSON knows less: tuples, keys that are no text, nan.
"""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Mapping, Sequence
from io import BytesIO
from math import isfinite
from typing import Any

import numpy as np

# Deeper is nothing that anybody reads, and a list that holds itself has no end.
_DEEPEST = 100
# Of the keys that lead there, in a message.
_LONGEST = 60
_ORDERED = {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}
_MAPPINGS = {"dict": dict, "ordered": OrderedDict, "counter": Counter}
_FACTORIES = {"int": int, "float": float, "list": list, "dict": dict, "set": set, "str": str}


class NotPlain(ValueError):
    """A value that can't be written. place: the keys that lead to it; kind: its type."""

    def __init__(self, place: str, value: Any) -> None:
        self.place = place if len(place) <= _LONGEST else f"{place[:_LONGEST]}..."
        self.kind = type(value).__qualname__
        super().__init__(f"{self.place or 'it'} is {self.kind}")


class Arrays:
    """Copies of the arrays that were met. One that is met twice is kept once, and comes back as one."""

    def __init__(self) -> None:
        self.copies: list[np.ndarray[Any, Any]] = []
        # The arrays themselves: a number of an object is only its own as long as it lives.
        self._met: dict[int, tuple[Any, int]] = {}

    def add(self, array: Any) -> int:
        """The number of an array, which is copied; one of a GPU is copied from there."""
        if id(array) not in self._met:
            copy = array.get() if hasattr(array, "get") else np.array(array, copy=True, order="C")
            self._met[id(array)] = array, len(self.copies)
            self.copies.append(copy)
        return self._met[id(array)][1]


def encode(value: Any, arrays: Arrays, place: str = "", depth: int = 0) -> Any:
    """A value as JSON has it; its arrays are added to `arrays`. `NotPlain` if it holds anything else."""
    if depth > _DEEPEST:
        raise NotPlain(place, value)
    if value is None or type(value) in (bool, int, str):
        return value
    if isinstance(value, float) and not isinstance(value, np.generic):
        return float(value) if isfinite(value) else {"float": str(value)}
    if type(value) is bytes:
        return {"bytes": arrays.add(np.frombuffer(value, dtype=np.uint8))}
    if isinstance(value, np.generic):
        return (
            {"number": arrays.add(np.asarray(value))} if not value.dtype.hasobject else _refuse(place, value)
        )
    if hasattr(value, "__array_interface__") or hasattr(value, "__cuda_array_interface__"):
        if type(value) is np.ndarray or not isinstance(value, np.ndarray):
            return _refuse(place, value) if value.dtype.hasobject else {"array": arrays.add(value)}
        return _refuse(place, value)

    def inner(item: Any, key: Any) -> Any:
        return encode(item, arrays, f"{place}.{key}" if place else str(key), depth + 1)

    if type(value) is deque:
        return {"deque": [inner(item, number) for number, item in enumerate(value)], "maxlen": value.maxlen}
    for name, kind in _ORDERED.items():
        if type(value) is kind:
            # The order of a set differs from process to process.
            items = sorted(value, key=repr) if name.endswith("set") else value
            parts = [inner(item, number) for number, item in enumerate(items)]
            return parts if name == "list" else {name: parts}
    for name, kind in _MAPPINGS.items():
        if type(value) is kind:
            return {name: [[inner(key, "key"), inner(item, key)] for key, item in value.items()]}
    if type(value) is defaultdict:
        for name, factory in _FACTORIES.items():
            if value.default_factory is factory:
                pairs = [[inner(key, "key"), inner(item, key)] for key, item in value.items()]
                return {"defaultdict": pairs, "of": name}
    return _refuse(place, value)


def decode(data: Any, arrays: Sequence[Any]) -> Any:
    """The value that `encode` wrote. arrays: those that were added, in their order."""
    if isinstance(data, list):
        return [decode(item, arrays) for item in data]
    if not isinstance(data, Mapping):
        return data
    kind, content = next(iter(data.items()))
    if kind == "float":
        return float(content)
    if kind == "array":
        return arrays[content]
    if kind == "number":
        return arrays[content][()]
    if kind == "bytes":
        return arrays[content].tobytes()
    if kind in _ORDERED:
        return _ORDERED[kind](decode(item, arrays) for item in content)
    if kind == "deque":
        return deque((decode(item, arrays) for item in content), maxlen=data["maxlen"])
    pairs = [(decode(key, arrays), decode(item, arrays)) for key, item in content]
    if kind == "defaultdict":
        return defaultdict(_FACTORIES[data["of"]], pairs)
    return _MAPPINGS[kind](dict(pairs)) if kind == "counter" else _MAPPINGS[kind](pairs)


def save(file: Any, arrays: Sequence[np.ndarray[Any, Any]]) -> None:
    """Write arrays into an open file."""
    named: dict[str, Any] = {str(number): array for number, array in enumerate(arrays)}
    np.savez(file, **named)


def packed(arrays: Sequence[np.ndarray[Any, Any]]) -> bytes:
    """Arrays as bytes, for another process."""
    file = BytesIO()
    save(file, arrays)
    return file.getvalue()


def unpacked(file: Any) -> list[np.ndarray[Any, Any]]:
    """The arrays of a file, or of what `packed` gave. file: a path, or an open file."""
    with np.load(file, allow_pickle=False) as arrays:
        return [arrays[str(number)] for number in range(len(arrays.files))]


def _refuse(place: str, value: Any) -> Any:
    raise NotPlain(place, value)
