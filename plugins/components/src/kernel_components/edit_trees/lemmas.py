"""What edit trees make of the word forms of a batch of documents."""

from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from kernel.tokens import Doc
from kernel.tokens.batch import batch_rows
from kernel_components.edit_trees.script import Script, apply

# Forms with a tree that are remembered for a generation of word forms.
MOST = 1 << 17


class Lemmas:
    """Lemmas by word form and class. What was once made is remembered as long as the documents of its time live."""

    def __init__(self, scripts: Sequence[Script] = ()) -> None:
        self._scripts = tuple(scripts)
        # Generation of word forms -> row of the form times classes plus class -> number of the lemma.
        self._known: WeakKeyDictionary[Any, dict[int, int]] = WeakKeyDictionary()

    def __getstate__(self) -> tuple[Script, ...]:
        return self._scripts

    def __setstate__(self, scripts: tuple[Script, ...]) -> None:
        self._scripts, self._known = scripts, WeakKeyDictionary()

    def of(self, docs: Sequence[Doc], classes: NDArray[Any]) -> NDArray[np.uint64]:
        """The number of each token's lemma, uint64 (N,), 0 where the tree doesn't fit. classes: of each token, int (N,)."""
        table, rows = batch_rows(docs)
        if table is not None or not docs:
            return self._lemmas(table, rows, classes)
        ends = np.cumsum([len(doc) for doc in docs])
        parts = zip(docs, np.split(classes, ends[:-1]), strict=True)
        return np.concatenate([self._lemmas(doc.table, doc.rows, part) for doc, part in parts])

    def _lemmas(self, table: Any, rows: NDArray[np.int32], classes: NDArray[Any]) -> NDArray[np.uint64]:
        if not len(rows):
            return np.zeros(0, dtype=np.uint64)
        pairs, places = np.unique(rows.astype(np.int64) * len(self._scripts) + classes, return_inverse=True)
        keys = pairs.tolist()
        known = self._known.setdefault(table, {})
        found = list(map(known.get, keys))
        if None in found:
            new = [key for key, number in zip(keys, found, strict=True) if number is None]
            numbers = table.intern_many([self._lemma(table, key) for key in new]).tolist()
            fresh = dict(zip(new, numbers, strict=True))
            if len(known) + len(fresh) > MOST:
                known.clear()
            known.update(fresh)
            found = [
                fresh[key] if number is None else number for key, number in zip(keys, found, strict=True)
            ]
        return np.array(found, dtype=np.uint64)[places]

    def _lemma(self, table: Any, key: int) -> str:
        """The lemma; "", whose number is 0, if there is none."""
        row, number = divmod(key, len(self._scripts))
        return apply(self._scripts[number], table.orth(row)) or ""
