"""Where a pass through pieces stands, as a few numbers."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from kernel.errors import DataError
from kernel.numeric.random import stream
from kernel_readers.streams.permutation import Permutation
from kernel_readers.streams.pieces import Piece, Pieces
from kernel_readers.streams.reading import Record

T = TypeVar("T")


@dataclass
class Position:
    """A place in a pass. key: of its order. first: the number of pieces before those in the buffer. place: records of the
    buffer that are done with. given: examples of the record at that place that were given already.

    pieces, bytes: of all data, which must be the same when the pass goes on.
    """

    key: int
    pieces: int
    bytes: int
    first: int = 0
    place: int = 0
    given: int = 0

    @property
    def progress(self) -> float:
        """The share of the pieces that are behind it, 0 to 1."""
        return self.first / self.pieces if self.pieces else 1.0

    def as_data(self) -> dict[str, int]:
        """The numbers by their names."""
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
    read: Callable[[Piece], Iterator[Record]],
    *,
    buffer: int,
    shuffle: bool,
) -> Iterator[list[Record]]:
    """The records of each buffer from a position on, in the order of the pass; the position is that of its first record.

    read: gives the records of a piece. buffer: bytes to hold at once, and to shuffle, at least one piece. The place within
    the buffer is the caller's to count.
    """
    order = Permutation(len(pieces), position.key) if shuffle else range(len(pieces))
    while position.first < len(pieces):
        records: list[Record] = []
        size, after = 0, position.first
        while after < len(pieces) and (after == position.first or (shuffle and size < buffer)):
            found = list(read(pieces[order[after]]))
            size += sum(record.size for record in found)
            records += found
            after += 1
        if shuffle:
            # The buffer has no more records than fit into memory.
            places = stream(position.key, "buffer", position.first).permutation(len(records))
            records = [records[place] for place in places.tolist()]
        yield records[position.place :]
        position.first, position.place, position.given = after, 0, 0
