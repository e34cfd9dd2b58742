"""The tokens of a batch, as conditions ask for them: numbers, texts, values of extension attributes."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernel.tokens import Doc, Span
from kernel.tokens.columns import as_uint64, values_of
from kernel.vocab import attrs


class Tokens:
    """The N tokens of some documents, or of spans of documents, one after another.

    starts: where each document starts, and N, int64 (documents + 1,). ends: for each token the end of its document, int64 (N,).
    table, rows: the generation of word forms that all have, and the row of each token there, int32 (N,); None if there are several, of
    which rows have no common meaning.
    """

    def __init__(self, docs: Sequence[Doc | Span]) -> None:
        # Each with the document, and where its tokens are there.
        self._parts = [
            (each, 0, len(each.rows)) if isinstance(each, Doc) else (each.doc, each.start, each.end)
            for each in docs
        ]
        lengths = [end - start for _, start, end in self._parts]
        self.starts = np.array([0, *accumulate(lengths)], dtype=np.int64)
        self.ends = np.repeat(self.starts[1:], lengths)
        table = self._parts[0][0].table if self._parts else None
        self.table = table if all(doc.table is table for doc, _, _ in self._parts) else None
        self.rows = self._joined([doc.rows[start:end] for doc, start, end in self._parts], np.int32)
        self._columns: dict[int, NDArray[np.uint64]] = {}
        self._values: dict[tuple[str, int], Any] = {}
        self.remembered: dict[Any, Any] = {}
        """What others keep about these tokens."""

    def __len__(self) -> int:
        return len(self.ends)

    @staticmethod
    def _joined(parts: list[NDArray[Any]], dtype: Any) -> NDArray[Any]:
        return np.concatenate(parts) if parts else np.zeros(0, dtype=dtype)

    def numbers(self, attr: int) -> NDArray[np.uint64]:
        """An attribute of all tokens as numbers, shape (N,): strings by their numbers; flags, and SENT_START, 1 or 0."""
        column = self._columns.get(attr)
        if column is None:
            if attr in attrs.LEXICAL and self.table is not None:
                column = as_uint64(self.table.column(attr)[self.rows])
            else:
                values = self._joined(
                    [values_of(doc, attr)[start:end] for doc, start, end in self._parts], np.uint64
                )
                column = (values == 1).astype(np.uint64) if attr == attrs.SENT_START else as_uint64(values)
            self._columns[attr] = column
        return column

    def document(self, token: int) -> int:
        """The place of the document that has a token."""
        return int(np.searchsorted(self.starts, token, side="right")) - 1

    def without(self, attr: int) -> int | None:
        """The place of the first document that has tokens, none of which has a value for an annotation; None if there is none. Who has heads
        has DEP."""
        attr = attrs.DEP if attr == attrs.HEAD else attr
        for place, (doc, _, _) in enumerate(self._parts):
            if attr not in doc.columns and len(doc.rows):
                return place
        has = np.concatenate([np.zeros(1, dtype=np.int64), (self.numbers(attr) != 0).cumsum()])
        empty = np.flatnonzero(has[self.starts[1:]] == has[self.starts[:-1]])
        # A span of a document that has values elsewhere may have none itself.
        return next(
            (place for place in empty.tolist() if not self._parts[place][0].has_annotation(attr)), None
        )

    def text(self, number: int) -> str:
        """The string of a number; "" if there is none."""
        if not number:
            return ""
        found = (doc.vocab.strings.find(number) for doc, _, _ in self._parts)
        return next((text for text in found if text is not None), "")

    def value(self, extension: str, token: int) -> Any:
        """The value of an extension attribute of a token, asked for once."""
        key = (extension, token)
        if key not in self._values:
            place = self.document(token)
            doc, start, _ = self._parts[place]
            self._values[key] = doc[token - int(self.starts[place]) + start]._.get(extension)
        return self._values[key]
