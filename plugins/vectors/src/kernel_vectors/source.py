"""What every format is read into: rows of numbers and their words, in blocks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernel.errors import DataError, warn

CUT_OFF = "It is cut off: compare its size with that of the original, and copy it again."


@dataclass(frozen=True)
class Block:
    """Some rows of a file. words: one a row. places: where each stands, a line or the number of a row. vectors: (rows, width)."""

    words: list[str]
    places: list[int]
    vectors: NDArray[np.float32]


@dataclass(frozen=True)
class Source:
    """A file of vectors.

    format: what it is called. unit: what `places` count, "line" or "row". width: of the vectors. rows: how many there are,
    as the file says; None if it doesn't. blocks: its rows, read as they are asked for. floret: the settings of the mode
    floret, as `Vectors` takes them, None for a table of words.
    """

    format: str
    unit: str
    width: int
    rows: int | None
    blocks: Iterator[Block]
    floret: Mapping[str, Any] | None = None


def check_rows(path: str, found: int, said: int | None) -> None:
    """Compare the rows of a file with what its first line says. `DataError` for fewer, a warning for more."""
    if said is None or found == said:
        return
    if found < said:
        raise DataError(
            f"the first line says that there are {said:,} rows, and the file ends after {found:,}",
            path=path,
            hint=f"{CUT_OFF} If it is whole, correct the first line.",
        )
    warn(f"{path}: the first line says that there are {said:,} rows; there are {found:,}, and all were read")
