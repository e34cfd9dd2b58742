"""Setting attributes of tokens, column by column, for a whole batch."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernel.tokens import Doc
from kernel.tokens.batch import batch_column
from kernel.tokens.columns import dtype_of
from kernel.vocab import attrs
from kernel_matchers.attribute_ruler.settings import Settings


class Writer:
    """What the rules set, as a table with a row for each rule and a column for each attribute."""

    def __init__(self, rules: Sequence[Settings]) -> None:
        names = sorted({attr for rule in rules for attr in rule.values})
        self._sets = {attr: np.array([attr in rule.values for rule in rules], dtype=bool) for attr in names}
        self._values: dict[int, NDArray[Any]] = {
            attr: np.array([rule.values.get(attr, 0) for rule in rules], dtype=_dtype(attr)) for attr in names
        }
        self._extensions = {number: rule.extensions for number, rule in enumerate(rules) if rule.extensions}
        self._has_extensions = np.array([bool(rule.extensions) for rule in rules], dtype=bool)

    def write(self, docs: Sequence[Doc], rules: NDArray[np.int32], tokens: NDArray[np.int64]) -> None:
        """Set what the rules say of tokens, both (M,), rules in ascending order: of several values the last one stays.

        tokens: places in the batch. The first token of a document starts a sentence, whatever is said.
        """
        if not len(rules):
            return
        starts = np.cumsum([0, *map(len, docs)])
        documents = starts.searchsorted(tokens, side="right") - 1
        for attr, sets in self._sets.items():
            chosen = sets[rules]
            if not chosen.any():
                continue
            places, values, owners = tokens[chosen], self._values[attr][rules[chosen]], documents[chosen]
            if attr == attrs.SENT_START:
                later = places != starts[owners]
                places, values, owners = places[later], values[later], owners[later]
            touched = np.bincount(owners, minlength=len(docs)).nonzero()[0].tolist()
            if attr == attrs.NORM:
                _write_norms(docs, starts, touched, places, values)
                continue
            column = batch_column(docs, attr).astype(dtype_of(attr))
            # Where a place comes several times, the last value is kept.
            column[places] = values
            for document in touched:
                docs[document].set_column(attr, column[starts[document] : starts[document + 1]].copy())
        if self._has_extensions.any():
            self._write_extensions(docs, rules, tokens - starts[documents], documents)

    def _write_extensions(
        self,
        docs: Sequence[Doc],
        rules: NDArray[np.int32],
        tokens: NDArray[np.int64],
        documents: NDArray[np.int64],
    ) -> None:
        chosen = self._has_extensions[rules]
        for rule, document, token in zip(
            rules[chosen].tolist(), documents[chosen].tolist(), tokens[chosen].tolist(), strict=True
        ):
            for name, value in self._extensions[rule].items():
                docs[document][token]._.set(name, value)


def _dtype(attr: int) -> type:
    return np.uint64 if attr == attrs.NORM else dtype_of(attr)


def _write_norms(
    docs: Sequence[Doc],
    starts: NDArray[np.int64],
    touched: Sequence[int],
    places: NDArray[np.int64],
    values: NDArray[np.uint64],
) -> None:
    """A norm is the word form's: a token gets the row of its form with that norm."""
    norms = np.zeros(int(starts[-1]), dtype=np.uint64)
    sets = np.zeros(len(norms), dtype=bool)
    norms[places], sets[places] = values, True
    known: dict[tuple[int, int, int], int] = {}
    for document in touched:
        doc = docs[document]
        part = slice(starts[document], starts[document + 1])
        at = np.flatnonzero(sets[part])
        rows = doc.rows.copy()
        pairs = np.stack([rows[at].astype(np.uint64), norms[part][at]], axis=1)
        distinct, inverse = np.unique(pairs, axis=0, return_inverse=True)
        new = []
        for row, norm in distinct.tolist():
            key = (id(doc.table), row, norm)
            if key not in known:
                form = doc.table.orth(row)
                # No norm of its own is the form's.
                known[key] = doc.table.row(form, doc.vocab.strings[norm] if norm else None)
            new.append(known[key])
        rows[at] = np.array(new, dtype=rows.dtype)[inverse.reshape(-1)]
        doc.set_rows(rows)
