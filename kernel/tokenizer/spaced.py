"""Texts with special cases that contain whitespace: chunk by chunk can't find those, so tokens are put together after."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator

from kernel.tokenizer.chunks import Chunks
from kernel.tokenizer.splitter import Piece, Splitter

# A token's offset in the text, its piece, and whether a space follows.
_Token = tuple[int, Piece, bool]


def encode_spaced(text: str, runs: Iterable[str], chunks: Chunks) -> bytes:
    """The codes of a text, cut into `runs`, in which `splitter.spaced` finds something."""
    tokens = list(_tokens(runs, chunks.splitter))
    row = chunks.table.row
    codes = [row(p.text, p.norm) << 1 | space for _, p, space in _replace(text, tokens, chunks.splitter)]
    return array("i", codes).tobytes()


def _tokens(runs: Iterable[str], splitter: Splitter) -> Iterator[_Token]:
    at = 0
    for run in runs:
        if run.isspace():
            yield at, Piece(run, None, "SPACE"), False
            at += len(run)
            continue
        chunk = run.removesuffix(" ")
        space = len(run) > len(chunk)
        end = at + len(chunk)
        for piece in splitter.split(chunk):
            start = at
            at += len(piece.text)
            yield start, piece, space and at == end
        at = end + space


def _replace(text: str, tokens: list[_Token], splitter: Splitter) -> Iterator[_Token]:
    """The tokens, those within a special case replaced by its own."""
    if splitter.spaced is None:
        yield from tokens
        return
    starts = {start: number for number, (start, _, _) in enumerate(tokens)}
    ends = {start + len(piece.text): number for number, (start, piece, _) in enumerate(tokens)}
    done = 0
    for match in splitter.spaced.finditer(text):
        first, last = starts.get(match.start()), ends.get(match.end())
        if first is None or last is None or first < done:
            continue
        yield from tokens[done:first]
        at = match.start()
        pieces = splitter.special(match.group())
        for piece in pieces:
            yield at, piece, piece is pieces[-1] and tokens[last][2]
            at += len(piece.text)
        done = last + 1
    yield from tokens[done:]
