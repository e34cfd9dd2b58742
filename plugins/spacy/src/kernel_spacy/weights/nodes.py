"""A model of thinc 8 as bytes: a list of its layers, breadth first.

MessagePack: {"nodes", "attrs", "params", "shims"}, lists of equal length with an entry for each layer. A node is {"index", "name",
"dims": {name: size or null}, "refs": {name: number of a node or null}}; its attributes are MessagePack of their own, in bytes; a
parameter is an array as msgpack-numpy writes it, or null; its shims, which stand for networks of other frameworks, are bytes.

Nothing in such a file is run or unpickled, and nothing is allocated but what the bytes hold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import prod
from typing import Any

import numpy as np

from kernel.errors import DataError

Array = Any
_PARTS = ("nodes", "attrs", "params", "shims")
_HINT = "The file is damaged, or it is not the model of a component."


@dataclass(frozen=True)
class SavedNode:
    """One layer."""

    name: str
    dims: Mapping[str, int | None] = field(default_factory=dict)
    refs: Mapping[str, int | None] = field(default_factory=dict)
    params: Mapping[str, Array | None] = field(default_factory=dict)
    packed_attrs: Mapping[str, bytes] = field(default_factory=dict)
    shims: Sequence[bytes] = ()

    @cached_property
    def attrs(self) -> dict[str, Any]:
        """The attributes that can be read; others are left out."""
        found = {}
        for name, packed in self.packed_attrs.items():
            try:
                found[name] = unpack(packed)
            except ValueError:
                continue
        return found


def read_nodes(data: bytes, where: str) -> list[SavedNode]:
    """The layers of a model, breadth first. where: the component, for messages. `DataError` for anything else.

    Arrays are read-only, and share the memory of what was read.
    """
    try:
        message = unpack(data)
    except ValueError as error:
        raise DataError(
            f"{where}: its model can't be read: {error}", hint="The file is damaged or cut off."
        ) from error
    if not isinstance(message, dict) or not all(isinstance(message.get(part), list) for part in _PARTS):
        raise DataError(f"{where}: its model is no model of thinc 8", hint=_HINT)
    columns = [message[part] for part in _PARTS]
    if len({len(column) for column in columns}) != 1:
        raise DataError(f"{where}: its model has not the same number of layers everywhere", hint=_HINT)
    return [_node(number, row, where) for number, row in enumerate(zip(*columns, strict=True))]


def write_nodes(nodes: Sequence[SavedNode]) -> bytes:
    """What `read_nodes` reads."""
    message: dict[str, list[Any]] = {part: [] for part in _PARTS}
    for number, node in enumerate(nodes):
        message["nodes"].append(
            {"index": number, "name": node.name, "dims": dict(node.dims), "refs": dict(node.refs)}
        )
        message["attrs"].append(dict(node.packed_attrs))
        message["params"].append(
            {name: None if value is None else _packed_array(value) for name, value in node.params.items()}
        )
        message["shims"].append(list(node.shims))
    return pack(message)


def unpack(data: bytes) -> Any:
    """One MessagePack document, with arrays as the maps that msgpack-numpy makes of them. `ValueError` for anything else."""
    from srsly.msgpack import unpackb

    # A hook for pairs keeps srsly from calling those that packages have registered for maps.
    try:
        return unpackb(data, raw=False, use_list=True, strict_map_key=False, object_pairs_hook=dict)
    except (ValueError, TypeError, RecursionError, OverflowError, MemoryError) as error:
        raise ValueError(str(error) or type(error).__name__) from error
    except Exception as error:
        # srsly's own errors have no common base but this.
        if type(error).__module__.startswith("srsly"):
            raise ValueError(str(error) or type(error).__name__) from error
        raise


def pack(value: Any) -> bytes:
    """A value as MessagePack."""
    from srsly.msgpack import packb

    data: bytes = packb(value, use_bin_type=True)
    return data


def _packed_array(array: Array) -> dict[bytes, Any]:
    plain = np.ascontiguousarray(array)
    plain = plain.astype(plain.dtype.newbyteorder("<"), copy=False)
    return {
        b"nd": True,
        b"type": plain.dtype.str,
        b"kind": b"",
        b"shape": list(plain.shape),
        b"data": plain.tobytes(),
    }


def _node(number: int, row: tuple[Any, Any, Any, Any], where: str) -> SavedNode:
    info, attrs, params, shims = row
    if not isinstance(info, dict) or not isinstance(info.get("name"), str):
        raise DataError(f"{where}: layer {number} of its model has no name", hint=_HINT)
    name = info["name"]
    place = f"{where}: layer {number} of its model ({shown(name)})"
    tables = {
        "dims": info.get("dims", {}),
        "refs": info.get("refs", {}),
        "attributes": attrs,
        "parameters": params,
    }
    for what, table in tables.items():
        if not isinstance(table, dict) or not all(isinstance(key, str) for key in table):
            raise DataError(f"{place} has no table of {what}", hint=_HINT)
    dims, refs = tables["dims"], tables["refs"]
    for table in (dims, refs):
        if not all(size is None or (_is_size(size)) for size in table.values()):
            raise DataError(f"{place} has sizes that are no numbers", hint=_HINT)
    if not all(isinstance(value, bytes) for value in attrs.values()):
        raise DataError(f"{place} has attributes that are no bytes", hint=_HINT)
    if not isinstance(shims, list) or not all(isinstance(shim, bytes) for shim in shims):
        raise DataError(f"{place} has other networks that are no bytes", hint=_HINT)
    arrays = {key: None if value is None else _array(value, key, place) for key, value in params.items()}
    return SavedNode(name, dims, refs, arrays, attrs, shims)


def _is_size(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _array(value: Any, name: str, place: str) -> Array:
    """What msgpack-numpy wrote. Nothing but numbers of a plain type is read."""
    wrong = DataError(f"{place} has no array of numbers for {name}", hint=_HINT)
    if not isinstance(value, dict):
        raise wrong
    # Keys are bytes, or strings in files of old versions.
    given = {
        key.decode("ascii", "replace") if isinstance(key, bytes) else key: part for key, part in value.items()
    }
    kind, shape, data = given.get("type"), given.get("shape"), given.get("data")
    if isinstance(kind, bytes):
        kind = kind.decode("ascii", "replace")
    if given.get("nd") is not True or not isinstance(kind, str) or not isinstance(data, bytes):
        raise wrong
    if not isinstance(shape, list) or len(shape) > 8 or not all(map(_is_size, shape)):
        raise wrong
    try:
        dtype = np.dtype(kind)
    except (TypeError, ValueError):
        raise wrong from None
    if dtype.kind not in "fiub" or dtype.fields or dtype.itemsize > 8:
        raise wrong
    if prod(shape) * dtype.itemsize != len(data):
        raise DataError(
            f"{place} has {len(data)} bytes for {name}, which has the shape {tuple(shape)}", hint=_HINT
        )
    return np.frombuffer(data, dtype=dtype).reshape(shape)


def shown(name: str) -> str:
    """A layer's name in a message: names of composed layers can be very long."""
    return name if len(name) <= 60 else f"{name[:28]}...{name[-28:]}"
