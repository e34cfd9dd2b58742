"""Where a pass through pieces stands, as a few numbers."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from kernel.errors import DataError
from kernel.numeric.random import stream
from kernel_readers.streams.permutation import Permutation
from kernel_readers.streams.pieces import Piece, Pieces
from kernel_readers.streams.reading import Buffer, Loaded


@dataclass
class Position:
    """A place in a pass. key: of its order. first: the number of pieces before those in the buffer. place: records of the
    buffer that are done with. given: examples of the record at that place that were given already.

    within: where in the piece at `first` the buffer begins, for what is read part by part. read: bytes on disk that are behind.
    total: examples that were given, where somebody counts them. pieces, bytes: of all data, which must be the same when the pass goes on. augmenter: what one says of itself before the record at
    that place.
    """

    key: int
    pieces: int
    bytes: int
    first: int = 0
    place: int = 0
    given: int = 0
    within: int = 0
    read: int = 0
    total: int = 0
    augmenter: Any = None

    @property
    def progress(self) -> float:
        """The share of the bytes that are behind it, 0 to 1. 0 where nobody knows how many there are."""
        if self.first >= self.pieces:
            return 1.0
        return self.read / self.bytes if self.bytes else 0.0

    def as_data(self) -> dict[str, Any]:
        """All of it by its names."""
        return asdict(self)

    @classmethod
    def of_data(cls, data: dict[str, Any], pieces: Pieces, name: str) -> "Position":
        """The place that `as_data` gave. DataError if the data are other ones. name: of the data, for people."""
        position = cls(**data)
        if (position.pieces, position.bytes) != (len(pieces), pieces.bytes):
            raise DataError(
                f"the data have changed: {pieces.bytes:,} bytes, and {position.bytes:,} when the pass began",
                path=name,
                hint="A pass goes on in the same data only. Put them back, or start anew.",
            )
        return position


class Standing:
    """Where the latest pass of a corpus stands, and where the next one begins. name: of the data, for people."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._position: Position | None = None
        self._restored: dict[str, Any] = {}

    def state(self) -> dict[str, Any]:
        """Where the latest pass stands."""
        return dict(self._restored) if self._position is None else self._position.as_data()

    def restore(self, state: dict[str, Any]) -> None:
        """Let the next pass go on from a state."""
        self._restored, self._position = dict(state), None

    def progress(self) -> float:
        """The share of the latest pass that is done, from 0 to 1."""
        return 0.0 if self._position is None else self._position.progress

    @property
    def awaits_end(self) -> bool:
        """Whether the next pass goes on where all of the data must be there."""
        return bool(self._restored.get("bytes"))

    def restored(self, pieces: Pieces) -> Position | None:
        """The place that was restored. DataError if the data are other ones."""
        return Position.of_data(self._restored, pieces, self._name) if self._restored else None

    def begin(self, pieces: Pieces, restored: Position | None, *, is_drawn: bool = True) -> Position:
        """The place of a pass that begins: the one that was restored, and after a pass that ended, that of a new one.

        is_drawn: whether the key of its order is drawn from numpy's global generator.
        """
        position = restored
        if position is None or position.first >= len(pieces):
            key = int(np.random.randint(1 << 31)) if is_drawn else 0
            position = Position(key, len(pieces), pieces.bytes)
        self._position, self._restored = position, {}
        return position


def walk(
    pieces: Pieces,
    position: Position,
    parts: Callable[[Piece, int], Iterable[Loaded]],
    *,
    buffer: int,
    shuffle: bool,
) -> Iterator[Buffer]:
    """The buffers from a position on, each in the order of the pass. The place within one is the caller's to count.

    parts: gives the records of a piece from a place in it on, part by part. buffer: bytes to hold at once, and to shuffle, at
    least one part.
    """
    order = Permutation(len(pieces), position.key) if shuffle else range(len(pieces))
    loaded: list[Loaded] = []
    size, after, within = 0, position.first, position.within
    while after < len(pieces):
        for part in parts(pieces[order[after]], within):
            loaded.append(part)
            size, within = size + part.size, part.end
            if not shuffle or size >= buffer:
                yield from _buffer(loaded, position, shuffle)
                _go_on(position, after, within, loaded)
                loaded, size = [], 0
        after, within = after + 1, 0
        if not loaded:
            _go_on(position, after, within, loaded)
    if loaded:
        yield from _buffer(loaded, position, shuffle)
        _go_on(position, after, within, loaded)


def _buffer(loaded: Sequence[Loaded], position: Position, shuffle: bool) -> Iterator[Buffer]:
    records = Buffer(loaded)
    if shuffle:
        within = (position.within,) if position.within else ()
        records.shuffle(stream(position.key, "buffer", position.first, *within))
    yield records
    records.clear()


def _go_on(position: Position, first: int, within: int, behind: list[Loaded]) -> None:
    """Put a position where the next buffer begins. behind: what was in the last one, which is let go."""
    position.first, position.within = first, within
    position.place = position.given = 0
    position.read += sum(part.read for part in behind)
    behind.clear()
