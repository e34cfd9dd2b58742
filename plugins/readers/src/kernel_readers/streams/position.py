"""Where a pass through pieces stands, as a few numbers."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from kernel.errors import DataError
from kernel.numeric.random import stream
from kernel_readers.streams.permutation import Permutation
from kernel_readers.streams.pieces import Piece, Pieces
from kernel_readers.streams.reading import Buffer, Loaded


@dataclass
class Position:
    """A place in a pass. key: of its order. first: the number of pieces before those in the buffer. place: records of the
    buffer that are done with. given: examples of the record at that place that were given already.

    pieces, bytes: of all data, which must be the same when the pass goes on. augmenter: what one says of itself before the record at
    that place.
    """

    key: int
    pieces: int
    bytes: int
    first: int = 0
    place: int = 0
    given: int = 0
    augmenter: Any = None

    @property
    def progress(self) -> float:
        """The share of the pieces that are behind it, 0 to 1."""
        return self.first / self.pieces if self.pieces else 1.0

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


def walk(
    pieces: Pieces,
    position: Position,
    load: Callable[[Piece], Loaded],
    *,
    buffer: int,
    shuffle: bool,
) -> Iterator[Buffer]:
    """The buffers from a position on, each in the order of the pass. The place within one is the caller's to count.

    load: gives the records of a piece. buffer: bytes to hold at once, and to shuffle, at least one piece.
    """
    order = Permutation(len(pieces), position.key) if shuffle else range(len(pieces))
    while position.first < len(pieces):
        loaded: list[Loaded] = []
        size, after = 0, position.first
        while after < len(pieces) and (not loaded or (shuffle and size < buffer)):
            loaded.append(load(pieces[order[after]]))
            size += loaded[-1].size
            after += 1
        records = Buffer(loaded)
        if shuffle:
            records.shuffle(stream(position.key, "buffer", position.first))
        yield records
        records.clear()
        del loaded
        position.first, position.place, position.given = after, 0, 0
