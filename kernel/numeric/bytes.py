"""Weights of a Thinc model as bytes: stable, without pickle, keyed by the path of each layer.

A path is the list of child positions from the root ("" is the root, "0.1" the second child of its first child). A layer
that is reached twice is stored once, under its first path in depth-first order. The content is MessagePack:
`{"format": 1, "nodes": {path: {"name", "dims", "params", "attrs", "shims"}}}`; an array is little-endian and in C order.
Attributes are stored if they are plain data; what an architecture computes anew (functions, objects) is left out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from math import prod
from typing import Any

import numpy as np
import srsly

from kernel.errors import DataError
from kernel.files.messages import message_from_bytes
from kernel.numeric.server import read

FORMAT = 1
# A map of two entries, of which the first is called "format".
_START = b"\x82\xa6format"
# Set by every update, never a property of the trained model.
_TRANSIENT = frozenset({"dropout_rate"})
_SKIP = object()
# (layer, parameter) -> dimensions that are its axes, in whatever order the layer has them.
_AXES = {
    **{(layer, "W"): "nO nI" for layer in ("linear", "softmax", "relu", "mish", "sigmoid", "gelu", "swish")},
    **{(layer, "b"): "nO" for layer in ("linear", "softmax", "relu", "mish", "sigmoid", "gelu", "swish")},
    ("maxout", "W"): "nO nP nI",
    ("maxout", "b"): "nO nP",
    ("layernorm", "G"): "nI",
    ("layernorm", "b"): "nI",
    ("hashembed", "E"): "nV nO",
}


def walk_paths(model: Any) -> Iterator[tuple[str, Any]]:
    """Yield `(path, node)` for every distinct layer of a model, depth first."""
    seen: set[int] = set()
    stack: list[tuple[str, Any]] = [("", model)]
    while stack:
        path, node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield path, node
        children = [(f"{path}.{i}" if path else str(i), child) for i, child in enumerate(node.layers)]
        stack.extend(reversed(children))


def model_to_bytes(model: Any) -> bytes:
    """The dimensions, parameters, plain attributes and shims of every layer. Equal models give equal bytes."""
    nodes = {path: _node_to_dict(node) for path, node in walk_paths(model)}
    data: bytes = srsly.msgpack_dumps({"format": FORMAT, "nodes": dict(sorted(nodes.items()))})
    return data


def is_weights(head: bytes) -> bool:
    """Whether bytes begin as those do that `model_to_bytes` writes."""
    return head.startswith(_START)


def model_digest(model: Any) -> str:
    """Hexadecimal digits that only equal models have."""
    return hashlib.blake2b(model_to_bytes(model), digest_size=16).hexdigest()


def model_from_bytes(model: Any, data: bytes, *, where: str = "model") -> Any:
    """Load what `model_to_bytes` wrote into a model of the same structure; nothing is changed if it doesn't fit.

    `DataError` says at which layer the structures differ; `where` names the file or component in the message.
    """
    try:
        message = message_from_bytes(data)
        saved, version = message["nodes"], message["format"]
    except Exception as error:
        reason = "they are damaged or cut off" if is_weights(data) else "it is a file of another kind"
        raise DataError(f"not the weights of a model: {reason}", path=where) from error
    if version != FORMAT:
        raise DataError(f"weights in format {version}; this version reads format {FORMAT}", path=where)
    nodes = dict(walk_paths(model))
    _check_structure(nodes, saved, where)
    for path, node in nodes.items():
        _node_from_dict(node, saved[path])
    return model


def attributes(node: Any) -> dict[str, Any]:
    """The plain attributes of a layer, sorted, as `set_attributes` takes them."""
    attrs = {key: _encode(value) for key, value in node.attrs.items() if key not in _TRANSIENT}
    return {key: value for key, value in sorted(attrs.items()) if value is not _SKIP}


def set_attributes(node: Any, saved: dict[str, Any]) -> None:
    """Give a layer the attributes that `attributes` returned for another one."""
    for name, value in saved.items():
        node.attrs[name] = _decode(value)


def _node_to_dict(node: Any) -> dict[str, Any]:
    return {
        "attrs": attributes(node),
        "dims": {name: node.maybe_get_dim(name) for name in sorted(node.dim_names)},
        "name": node.name,
        "params": {
            name: _encode_array(node, read(node, name)) if node.has_param(name) else None
            for name in sorted(node.param_names)
        },
        "shims": [shim.to_bytes() for shim in node.shims],
    }


def _node_from_dict(node: Any, saved: dict[str, Any]) -> None:
    for name, value in saved["params"].items():
        if value is None and node.has_param(name):
            node.set_param(name, None)
    for name, size in saved["dims"].items():
        if size is not None or not any(value for value in saved["params"].values()):
            node.set_dim(name, size, force=True)
    set_attributes(node, saved["attrs"])
    for name, value in saved["params"].items():
        if value is not None:
            node.set_param(name, node.ops.asarray(_decode_array(value)))
    for shim, value in zip(node.shims, saved["shims"], strict=True):
        shim.from_bytes(value)


def _check_structure(nodes: dict[str, Any], saved: dict[str, Any], where: str) -> None:
    hint = "The weights were saved with another architecture or other settings than the config names."
    for path in sorted({*nodes, *saved}):
        label = f"layer {path or '(root)'}"
        if path not in saved or path not in nodes:
            side, other = ("config", "saved weights") if path in nodes else ("saved weights", "config")
            name = nodes[path].name if path in nodes else saved[path]["name"]
            raise DataError(
                f"{label} ({name}) is in the {side}, but not in the {other}", path=where, hint=hint
            )
        node, info = nodes[path], saved[path]
        if sorted(node.dim_names) != sorted(info["dims"]) or sorted(node.param_names) != sorted(
            info["params"]
        ):
            raise DataError(
                f"{label} is {node.name} in the config and {info['name']} in the saved weights",
                path=where,
                hint=hint,
            )
        for name, size in info["dims"].items():
            own = node.maybe_get_dim(name)
            if size is not None and own not in (None, size):
                raise DataError(
                    f"{label} ({node.name}) has {name} = {own} in the config and {size} in the saved weights",
                    path=where,
                    hint=hint,
                )
        _check_arrays(node, info, label, where)
        if len(node.shims) != len(info["shims"]):
            raise DataError(
                f"{label} ({node.name}) wraps {len(node.shims)} models of another framework, the saved weights have "
                f"{len(info['shims'])}",
                path=where,
                hint=hint,
            )


def _check_arrays(node: Any, info: dict[str, Any], label: str, where: str) -> None:
    """Whether the saved arrays have the shapes that the layer takes, as far as it or its name tells."""
    for name, value in info["params"].items():
        if value is None:
            continue
        dtype, shape, data = value
        size = np.dtype(dtype).itemsize * prod(shape)
        if np.dtype(dtype).kind not in "fiub" or size != len(data):
            raise DataError(f"{label} ({node.name}) has no array of numbers for {name}", path=where)
        axes = [info["dims"].get(axis) for axis in _AXES.get((node.name, name), "").split()]
        wanted = [axis for axis in axes if axis is not None]
        fits = not wanted or len(wanted) < len(axes) or sorted(wanted) == sorted(shape)
        own = tuple(read(node, name).shape) if node.has_param(name) else tuple(shape)
        if own != tuple(shape) or not fits:
            said = own if own != tuple(shape) else tuple(wanted)
            raise DataError(
                f"{label} ({node.name}) takes {name} of shape {said}, and the saved weights have {tuple(shape)}",
                path=where,
                hint="The weights were saved with another architecture or other settings than the config names.",
            )


def _encode_array(node: Any, array: Any) -> list[Any]:
    plain = np.ascontiguousarray(node.ops.to_numpy(array))
    plain = plain.astype(plain.dtype.newbyteorder("<"), copy=False)
    return [plain.dtype.str, list(plain.shape), plain.tobytes()]


def _decode_array(value: list[Any]) -> Any:
    dtype, shape, data = value
    # The copy is writable and owns its memory; the buffer of the message does not stay alive.
    return (
        np.frombuffer(data, dtype=np.dtype(dtype).newbyteorder("<"))
        .reshape(shape)
        .astype(dtype[1:], copy=True)
    )


def _encode(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, set | frozenset):
        parts = [_encode(part) for part in sorted(value, key=repr)]
        return _SKIP if any(part is _SKIP for part in parts) else {"set": parts}
    if isinstance(value, list | tuple):
        parts = [_encode(part) for part in value]
        return _SKIP if any(part is _SKIP for part in parts) else {"list": parts}
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        pairs = {key: _encode(part) for key, part in sorted(value.items())}
        return _SKIP if any(part is _SKIP for part in pairs.values()) else {"dict": pairs}
    if isinstance(value, np.generic) and value.ndim == 0:
        return _encode(value.item())
    return _SKIP


def _decode(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    ((kind, parts),) = value.items()
    if kind == "set":
        return {_decode(part) for part in parts}
    if kind == "list":
        return [_decode(part) for part in parts]
    return {key: _decode(part) for key, part in parts.items()}
