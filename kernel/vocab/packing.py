"""msgpack for many small messages: srsly's reader and writer without their search for extensions each time."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import islice
from threading import local
from typing import Any

import numpy as np
from numpy.typing import NDArray

_HERE = local()
# Text from broken sources may hold lone surrogates, which strict UTF-8 can't write; other text is not affected.
_SURROGATES = "surrogatepass"
_TYPE, _DATA = "__type__", "__data__"
# Name -> class, its values to bytes and back.
_TYPES: dict[str, tuple[type[Any], Callable[[Any], bytes], Callable[[bytes], Any]]] = {}

# Pairs of a map of numbers that are looked at together.
_PAIRS = 1 << 13


def store_type(
    name: str, kind: type[Any], to_bytes: Callable[[Any], bytes], from_bytes: Callable[[bytes], Any]
) -> None:
    """Let values of a class be stored, as in the user data of documents.

    name: what they are known by in files, such as `acme.Thing`. A process in which nobody has said so reads a dict in the place
    of a value, and writes it again as it was.
    """
    _TYPES[name] = kind, to_bytes, from_bytes


def pack(value: Any) -> bytes:
    """A value as msgpack; numpy arrays are allowed."""
    packer = getattr(_HERE, "packer", None)
    if packer is None:
        from srsly.msgpack import Packer

        packer = _HERE.packer = Packer(use_bin_type=True, unicode_errors=_SURROGATES, default=_encode)
    try:
        return bytes(packer.pack(value))
    except Exception:
        # What the packer has written of a value that it can't finish must not start the next message.
        del _HERE.packer
        raise


def pack_map_head(size: int) -> bytes:
    """The beginning of a map of up to 15 pairs, whose packed keys and values follow."""
    return bytes([0x80 | size])


def pack_bytes_head(size: int) -> bytes:
    """The beginning of bytes that follow. `OverflowError` from 4 GB on, which msgpack can't hold."""
    if size < 1 << 8:
        return b"\xc4" + size.to_bytes(1)
    if size < 1 << 16:
        return b"\xc5" + size.to_bytes(2)
    return b"\xc6" + size.to_bytes(4)


def unpack(data: bytes, *, use_list: bool = True) -> Any:
    """The value of msgpack bytes; arrays become lists, or tuples if not `use_list`."""
    from srsly.msgpack import unpackb

    return unpackb(
        data, raw=False, use_list=use_list, unicode_errors=_SURROGATES, object_pairs_hook=_map_hook()
    )


def unpack_numbers(data: bytes) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Keys and values of a map of numbers, without a dict of them. `ValueError` if the bytes are something else."""
    from srsly.msgpack import Unpacker, UnpackException

    unpacker = Unpacker(max_buffer_size=max(1, len(data)), strict_map_key=False)
    unpacker.feed(data)
    try:
        count = unpacker.read_map_header()
    except UnpackException as error:
        raise ValueError("it is cut off") from error
    if count * 2 > len(data):
        raise ValueError(f"it says that it has {count} entries, and has {len(data)} bytes")
    keys, values = np.empty(count, dtype=np.uint64), np.empty(count, dtype=np.int64)
    for start in range(0, count, _PAIRS):
        some = min(_PAIRS, count - start)
        found = list(islice(unpacker, 2 * some))
        if len(found) < 2 * some or set(map(type, found)) != {int}:
            raise ValueError("it is cut off, or has something else than numbers")
        keys[start : start + some], values[start : start + some] = found[::2], found[1::2]
    if unpacker.read_bytes(1):
        raise ValueError("it has something behind the map")
    return keys, values


@cache
def _map_hook() -> Callable[[list[tuple[Any, Any]]], Any]:
    from srsly.msgpack import msgpack_decoders

    decoders = list(msgpack_decoders.get_all().values())

    def hook(pairs: list[tuple[Any, Any]]) -> Any:
        value: Any = dict(pairs)
        for decode in decoders:
            value = decode(value)
        return _decode(value) if isinstance(value, dict) and value.keys() == {_TYPE, _DATA} else value

    return hook


def _encode(value: Any) -> Any:
    for name, (kind, to_bytes, _) in _TYPES.items():
        if isinstance(value, kind):
            return {_TYPE: name, _DATA: to_bytes(value)}
    return value


def _decode(value: dict[Any, Any]) -> Any:
    name = value[_TYPE]
    known = _TYPES.get(name) if isinstance(name, str) else None
    return value if known is None else known[2](value[_DATA])
