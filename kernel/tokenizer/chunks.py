"""What the tokenizer remembers: chunks of text as the codes of their tokens.

A code is `lexeme row << 1 | a space follows`, an int32 in native byte order. Codes are kept as bytes: joining the
chunks of a text is then one call, and its result is the array. A cache belongs to one set of rules and one generation
of word forms, and is thrown away with either. It forgets everything when it is full. Threads may share it: a chunk
that two of them miss at once is computed twice, to the same end.
"""

from __future__ import annotations

import sys
from array import array
from struct import Struct

from kernel.tokenizer.splitter import Piece, Splitter
from kernel.vocab.lexemes import LexemeTable

# A longer chunk is a rare thing (an address, encoded data) and takes more memory than its splitting takes time.
_LONGEST_KEPT = 200

_pack = Struct("=i").pack


class Chunks(dict[str, bytes]):
    """Chunk without whitespace -> codes, as if a space followed it."""

    __slots__ = ("limit", "splitter", "table")

    def __init__(self, splitter: Splitter, table: LexemeTable, limit: int) -> None:
        self.splitter = splitter
        self.table = table
        self.limit = limit

    def __missing__(self, chunk: str) -> bytes:
        if self.splitter.is_plain(chunk):
            codes = _pack(self.table.row(chunk) << 1 | 1)
        else:
            codes = encode(self.splitter.split(chunk), self.table)
        if len(chunk) <= _LONGEST_KEPT:
            if len(self) >= self.limit:
                self.clear()
            self[chunk] = codes
        return codes


class Runs(dict[str, bytes]):
    """A chunk with the space after it, a chunk without one, or a run of whitespace -> codes."""

    __slots__ = ("chunks",)

    def __init__(self, chunks: Chunks) -> None:
        self.chunks = chunks

    def __missing__(self, run: str) -> bytes:
        if run.isspace():
            codes = _pack(self.chunks.table.row(run) << 1)
        elif run[-1] == " ":
            codes = self.chunks[run[:-1]]
        else:
            codes = without_space(self.chunks[run])
        if len(run) <= _LONGEST_KEPT:
            if len(self) >= self.chunks.limit:
                self.clear()
            self[run] = codes
        return codes


def encode(pieces: list[Piece], table: LexemeTable) -> bytes:
    """The codes of a chunk's tokens; a space follows the last one."""
    codes = array("i", [table.row(text, norm) << 1 for text, norm, _ in pieces])
    codes[-1] |= 1
    return codes.tobytes()


def without_space(codes: bytes) -> bytes:
    """The same codes with no space after the last one."""
    return codes[:-4] + _pack(int.from_bytes(codes[-4:], sys.byteorder) & ~1)
