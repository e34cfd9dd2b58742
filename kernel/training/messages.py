"""Plain data as bytes, for another process: equal there in type and value, see `kernel.training.encoding`."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable
from io import BytesIO
from typing import Any

from kernel.errors import TrainingError
from kernel.training.encoding import Arrays, NotPlain, decode, encode, packed, unpacked

# JSON has no line break of its own unless it is asked for.
_END = b"\n"
_LENGTH = struct.Struct("<Q")


def written(value: Any) -> bytes:
    """A value as bytes. `TrainingError` that names what is no plain data in it."""
    arrays = Arrays()
    try:
        tree = encode(value, arrays)
    except NotPlain as error:
        raise TrainingError(
            f"{error} and no plain data, which alone goes from worker to worker",
            hint="Plain are None, numbers, texts, bytes, lists, tuples, sets, dicts and arrays of numbers. What scorers and callbacks "
            "return is made of these where several workers train.",
        ) from error
    text = json.dumps(tree, separators=(",", ":")).encode()
    return text + _END + packed(arrays.copies) if arrays.copies else text


def read(data: bytes) -> Any:
    """The value that `written` was given."""
    text, _, rest = data.partition(_END)
    return decode(json.loads(text), unpacked(BytesIO(rest)) if rest else [])


def joined(every: Iterable[bytes]) -> bytes:
    """Several pieces as one."""
    return b"".join(_LENGTH.pack(len(each)) + each for each in every)


def split(data: bytes) -> list[bytes]:
    """The pieces that were joined."""
    found, begin = [], 0
    while begin < len(data):
        (length,) = _LENGTH.unpack_from(data, begin)
        begin += _LENGTH.size
        found.append(data[begin : begin + length])
        begin += length
    return found
