"""The file of a knowledge base: arrays one after the other, as `kernel.vocab.arrays` writes them, so that it can be mapped.

1. int64 (6,): 5 numbers that say what it is: the version of the layout, the width of the vectors, entities, aliases, candidates; and how many
   bytes all strings have. 2. frequencies, float32. 3. vectors, float32 (entities, width). 4.-6. numbers of the entities' ids, ascending, the
   row of each, and the places in the order of rows. 7. where the UTF-8 of each id ends. 8. the ids. 9.-13. the same five of the aliases.
14. where the candidates of each alias begin. 15. the entity of each candidate. 16. its probability.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kernel.errors import DataError
from kernel.vocab.arrays import arrays_from_bytes, map_arrays, write_array
from kernel.vocab.vectors.keys import Index
from kernel_linking.kb.names import Names

LAYOUT = 1
_LONG, _INT, _KEY, _BYTE, _FLOAT = (np.dtype(code) for code in ("<i8", "<i4", "<u8", "|u1", "<f4"))
_NAMES = (_KEY, _INT, _INT, _LONG, _BYTE)
_KINDS = (_LONG, _FLOAT, _FLOAT, *_NAMES, *_NAMES, _LONG, _INT, _FLOAT)
_HINT = "Write it again with to_disk of a knowledge base, or restore it from a copy."


class Stored(NamedTuple):
    """What a knowledge base consists of. width: of the vectors. starts, counts, candidates, priors: see `Aliases.arrays`."""

    width: int
    entities: Names
    freqs: NDArray[np.float32]
    vectors: NDArray[np.float32]
    aliases: Names
    starts: NDArray[np.int64]
    counts: NDArray[np.int64]
    candidates: NDArray[np.int32]
    priors: NDArray[np.float32]


def write(file: BinaryIO, stored: Stored) -> None:
    """Write a knowledge base to a file that is open for writing, at its beginning."""
    named = [*_flat(stored.entities), *_flat(stored.aliases)]
    n_bytes = len(named[4]) + len(named[9])
    sizes = [LAYOUT, stored.width, len(stored.entities), len(stored.aliases), len(stored.candidates), n_bytes]
    arrays = [np.array(sizes), stored.freqs, stored.vectors, *named]
    arrays += [stored.starts, stored.candidates, stored.priors]
    for array, dtype in zip(arrays, _KINDS, strict=True):
        write_array(file, array.astype(dtype, copy=False))


def read(path: Path) -> Stored:
    """What a file holds, mapped. `DataError` if it is damaged, as far as that can be told without reading all of it."""
    if not path.is_file():
        raise DataError("there is no file of a knowledge base", path=path)
    return _checked(map_arrays(path)[0], path)


def from_bytes(data: bytes) -> Stored:
    """The same of bytes."""
    return _checked(arrays_from_bytes(data, "the bytes of a knowledge base"), "the bytes of a knowledge base")


def _flat(names: Names) -> list[NDArray[Any]]:
    index, ends, content = names.arrays()
    return [*index, ends, content]


def _checked(arrays: list[NDArray[Any]], where: str | Path) -> Stored:
    if not arrays or arrays[0].dtype != _LONG or arrays[0].shape != (6,):
        raise DataError("this is no file of a knowledge base", path=where, hint=_HINT)
    layout, width, n_entities, n_aliases, n_candidates, n_bytes = arrays[0].tolist()
    if layout != LAYOUT:
        raise DataError(
            f"the knowledge base has the layout {layout}, and this version reads {LAYOUT}",
            path=where,
            hint="Upgrade kernel-nlp-linking.",
        )
    if [array.dtype for array in arrays] != list(_KINDS):
        raise _damaged(where)
    _, freqs, vectors, *rest = arrays
    starts, candidates, priors = rest[10:]
    fits = freqs.shape == (n_entities,) and vectors.shape == (n_entities, width) and width > 0
    fits &= starts.shape == (n_aliases,) and candidates.shape == priors.shape == (n_candidates,)
    fits &= all(array.shape == (n_entities,) for array in rest[:4])
    fits &= all(array.shape == (n_aliases,) for array in rest[5:9])
    if not fits or rest[4].ndim != 1 or rest[9].ndim != 1 or len(rest[4]) + len(rest[9]) != n_bytes:
        raise _damaged(where)
    counts = np.diff(starts, append=n_candidates)
    fits = not n_aliases or int(starts[0]) == 0
    fits &= bool((counts >= 0).all()) and (n_aliases > 0 or n_candidates == 0)
    fits &= _within(candidates, n_entities)
    for numbers, rows, order, ends, content in (rest[:5], rest[5:10]):
        fits &= bool((numbers[1:] > numbers[:-1]).all())
        fits &= _within(rows, len(numbers)) and _within(order, len(numbers))
        fits &= bool((np.diff(ends, prepend=0) >= 0).all())
        fits &= (int(ends[-1]) if len(ends) else 0) == len(content)
    if not fits:
        raise _damaged(where)
    entities, aliases = (
        Names(Index(numbers, rows, order), ends, content)
        for numbers, rows, order, ends, content in (rest[:5], rest[5:10])
    )
    return Stored(width, entities, freqs, vectors, aliases, starts, counts, candidates, priors)


def _within(rows: NDArray[Any], size: int) -> bool:
    return not len(rows) or (int(rows.min()) >= 0 and int(rows.max()) < size)


def _damaged(where: str | Path) -> DataError:
    return DataError("the file of a knowledge base is damaged", path=where, hint=_HINT)
