"""A long list of strings in JSON becomes arrays, a block at a time: it is never there as so many Python strings."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from kernel.vocab.hashing import murmur_parts
from kernel.vocab.symbols import SYMBOLS
from kernel.vocab.texts import Texts

# Bytes of JSON, and strings, that are looked at together.
_BLOCK = 1 << 17
_STRINGS = 1 << 13
_BETWEEN = b",\n"


def texts_of_json(data: bytes) -> Texts:
    """The strings of a JSON list, best with a string a line. `ValueError` if it is something else."""
    # As many as there may be at most: what is not written to takes no memory.
    most = data.count(b'"') // 2
    numbers, lengths = np.empty(most, dtype=np.uint64), np.empty(most, dtype=np.int32)
    content = np.empty(len(data), dtype=np.uint8)
    count = size = 0
    for block in _blocks(data):
        texts = [text for text in block if text and text not in SYMBOLS]
        encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
        some = slice(count, count + len(texts))
        joined = b"".join(encoded)
        sizes = np.fromiter(map(len, encoded), dtype=np.int64, count=len(encoded))
        numbers[some], lengths[some] = murmur_parts(joined, sizes), sizes
        content[size : size + len(joined)] = np.frombuffer(joined, dtype=np.uint8)
        count, size = some.stop, size + len(joined)
    return _in_order(numbers[:count], lengths[:count], content)


def _blocks(data: bytes) -> Iterator[list[str]]:
    """The strings, in lists of some thousand."""
    start, end = data.find(b"["), data.rfind(b"]")
    if start < 0 or data[:start].strip() or data[end + 1 :].strip():
        raise ValueError("it is no list of strings")
    start += 1
    while start < end:
        # A string holds no end of a line, so that this one stands between two.
        cut = data.find(_BETWEEN, start + _BLOCK, end)
        cut = end if cut < 0 else cut
        block = json.loads(f"[{data[start:cut].decode('utf-8', 'surrogatepass')}]")
        if not set(map(type, block)) <= {str}:
            raise ValueError("it is no list of strings")
        yield block
        start = cut + len(_BETWEEN)


def _in_order(numbers: NDArray[np.uint64], lengths: NDArray[np.int32], content: NDArray[np.uint8]) -> Texts:
    """Strings in the order of their numbers, each once."""
    order = np.argsort(numbers).astype(np.int32)
    numbers = numbers[order]
    is_first = np.ones(len(numbers), dtype=bool)
    is_first[1:] = numbers[1:] != numbers[:-1]
    if not is_first.all():
        numbers, order = numbers[is_first], order[is_first]
    starts = np.cumsum(lengths, dtype=np.int64)
    starts -= lengths
    starts, lengths = starts[order], lengths[order]
    ends = np.cumsum(lengths, dtype=np.int64)
    made = np.empty(int(ends[-1]) if len(ends) else 0, dtype=np.uint8)
    for first in range(0, len(numbers), _STRINGS):
        some = slice(first, first + _STRINGS)
        begin = int(ends[first] - lengths[first])
        place = np.repeat(starts[some] - (ends[some] - lengths[some]), lengths[some])
        place += np.arange(begin, begin + len(place))
        made[begin : begin + len(place)] = content[place]
    return Texts(numbers, ends, made)
