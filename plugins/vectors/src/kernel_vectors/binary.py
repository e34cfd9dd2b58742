"""Rows of the binary format of word2vec: a word, a space, and its numbers as they lie in memory."""

import io
from collections.abc import Iterator

import numpy as np

from kernel.errors import DataError
from kernel_vectors.skipped import Skipped
from kernel_vectors.source import CUT_OFF, Block, check_rows

_READ = 1 << 20
_ROWS = 1024
_LONGEST_WORD = 1 << 16


def read_rows(
    stream: io.BufferedReader, path: str, width: int, skipped: Skipped, *, rows: int
) -> Iterator[Block]:
    """The rows of a stream. rows: how many the header says; fewer are a `DataError`, more a warning."""
    data, start, row = b"", 0, 0
    words: list[str] = []
    places: list[int] = []
    vectors = np.empty((_ROWS, width), dtype=np.float32)
    while True:
        space = data.find(b" ", start)
        while space < 0 or space + 1 + 4 * width > len(data):
            more = (
                b"" if space < 0 and len(data) - start > _LONGEST_WORD else stream.read(max(_READ, 4 * width))
            )
            if not more:
                break
            data, start = data[start:] + more, 0
            space = data.find(b" ")
        if space < 0 or space + 1 + 4 * width > len(data):
            break
        row += 1
        # Some tools end a row with a line break, others don't.
        word = data[start:space].lstrip(b"\r\n")
        start = space + 1 + 4 * width
        vector = np.frombuffer(data, dtype="<f4", count=width, offset=space + 1)
        reason = _mistake(word, vector)
        if reason:
            skipped.add(row, reason)
        else:
            vectors[len(words)] = vector
            words.append(word.decode("utf-8"))
            places.append(row)
        if len(words) == _ROWS:
            skipped.check(row)
            yield Block(words, places, vectors)
            words, places, vectors = [], [], np.empty_like(vectors)
    skipped.check(row)
    yield Block(words, places, vectors[: len(words)])
    if data[start:].strip(b"\r\n"):
        raise DataError(f"the file ends within row {row + 1:,} of {rows:,}", path=path, hint=CUT_OFF)
    check_rows(path, row, rows)


def _mistake(word: bytes, vector: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> str:
    """Why a row can't be used; "" if it can."""
    if not word:
        return "no word"
    try:
        word.decode("utf-8")
    except UnicodeDecodeError:
        return f"the word {word!r} is not UTF-8"
    return "" if np.isfinite(vector).all() else "its vector has numbers that are not finite"
