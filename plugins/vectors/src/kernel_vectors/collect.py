"""The rows of a source in a file that can be mapped, and the words that point to them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernel.errors import DataError
from kernel.vocab.vectors import TableWriter
from kernel_vectors.nearest import Nearest
from kernel_vectors.skipped import Skipped
from kernel_vectors.source import Block, Source


@dataclass(frozen=True)
class Collected:
    """A table.

    file: its rows as .npy. keys: words, or numbers of words that nobody knows; rows: the row of each. floret: settings of
    the mode floret. replaced: how many keys have the nearest row in place of their own. attr, name: what the source says.
    """

    file: Path
    keys: list[str | int]
    rows: NDArray[np.int32]
    floret: Mapping[str, Any] | None = None
    replaced: int = 0
    attr: str | int = "ORTH"
    name: str | None = None


def collect(
    source: Source,
    file: Path,
    path: str,
    skipped: Skipped,
    *,
    truncate: int = 0,
    prune: int = 0,
    seen: Callable[[int], None] = lambda rows: None,
) -> Collected:
    """Write the rows of a source to a file as they are read; no more than a block of them is in memory.

    path: of the source, for messages. truncate: leave out all but so many words, the first ones; 0 for none. prune: keep the rows of so many words, the first
    ones, and give each further word the nearest of these by cosine; they are in memory then. seen: called with the number of rows so
    far. Of a word that comes twice the first row counts.
    """
    words: list[str] = []
    parts: list[NDArray[np.int32]] = []
    blocks = _unique(source.blocks, skipped) if source.floret is None else _in_order(source.blocks, path)
    with file.open("wb") as out:
        writer = TableWriter(out, source.width)
        nearest: Nearest | None = None
        for block in _first(blocks, truncate):
            kept = len(block.words) if not prune else min(len(block.words), prune - len(writer))
            if kept:
                parts.append(np.arange(len(writer), len(writer) + kept, dtype=np.int32))
                writer.write(block.vectors[:kept])
            if prune and nearest is None:
                nearest = Nearest()
            if nearest is not None:
                if kept:
                    nearest.add(block.vectors[:kept])
                if kept < len(block.words):
                    parts.append(nearest.find(block.vectors[kept:]))
            words += block.words
            seen(len(words))
        rows = len(writer)
        writer.finish()
    if not words:
        raise DataError("the file holds no vectors", path=path)
    _check_floret(source, rows, path)
    keys: list[str | int] = [] if source.floret is not None else list(words)
    places = np.concatenate(parts) if keys else np.zeros(0, dtype=np.int32)
    return Collected(file, keys, places, source.floret, len(words) - rows)


def _unique(blocks: Iterator[Block], skipped: Skipped) -> Iterator[Block]:
    """Blocks without the words that were there before."""
    known: set[str] = set()
    for block in blocks:
        fresh = set(block.words)
        if len(fresh) == len(block.words) and known.isdisjoint(fresh):
            known |= fresh
            yield block
            continue
        chosen = []
        for number, word in enumerate(block.words):
            if word in known:
                skipped.add_repeated(block.places[number], word)
            else:
                known.add(word)
                chosen.append(number)
        yield Block(
            [block.words[number] for number in chosen],
            [block.places[number] for number in chosen],
            block.vectors[chosen],
        )


def _in_order(blocks: Iterator[Block], path: str) -> Iterator[Block]:
    """Blocks of rows that are called by their numbers, from 0 on, as those of floret are. `DataError` if one is missing."""
    row = 0
    for block in blocks:
        for word, place in zip(block.words, block.places, strict=True):
            if word != str(row):
                raise DataError(
                    f"row {row} of the table of floret should be here, not {word!r}: "
                    "what a text hashes to is found by the number of its row, so none can be left out",
                    path=path,
                    line=place,
                )
            row += 1
        yield block


def _first(blocks: Iterator[Block], most: int) -> Iterator[Block]:
    """As many rows as are wanted, all for 0; what comes after is not read."""
    left = most
    for block in blocks:
        if most and len(block.words) >= left:
            yield Block(block.words[:left], block.places[:left], block.vectors[:left])
            return
        left -= len(block.words)
        yield block


def _check_floret(source: Source, rows: int, path: str) -> None:
    if source.floret is not None and rows != source.rows:
        raise DataError(
            f"the table of floret has {rows} rows, and its first line says {source.rows}", path=path
        )
