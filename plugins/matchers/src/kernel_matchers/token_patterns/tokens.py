"""The tokens of a batch, as conditions ask for them: numbers, texts, values of extension attributes."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernel.tokens import Doc
from kernel.tokens.batch import batch_column, batch_rows
from kernel.tokens.columns import as_uint64
from kernel.vocab import attrs


class Tokens:
    """The N tokens of some documents, one document after another.

    starts: where each document starts, and N, int64 (documents + 1,). ends: for each token the end of its document, int64 (N,).
    """

    def __init__(self, docs: Sequence[Doc]) -> None:
        self.docs = docs
        lengths = np.fromiter(map(len, docs), dtype=np.int64, count=len(docs))
        self.starts = np.array([0, *accumulate(lengths.tolist())], dtype=np.int64)
        self.ends = np.repeat(self.starts[1:], lengths)
        self._table, self._rows = batch_rows(docs)
        self._columns: dict[int, NDArray[np.uint64]] = {}
        self._values: dict[tuple[str, int], Any] = {}

    def __len__(self) -> int:
        return len(self.ends)

    def numbers(self, attr: int) -> NDArray[np.uint64]:
        """An attribute of all tokens as numbers, shape (N,): strings by their numbers; flags, and SENT_START, 1 or 0."""
        column = self._columns.get(attr)
        if column is None:
            if attr == attrs.SENT_START:
                column = (batch_column(self.docs, attr) == 1).astype(np.uint64)
            elif attr in attrs.LEXICAL and self._table is not None:
                column = as_uint64(self._table.column(attr)[self._rows])
            else:
                column = as_uint64(batch_column(self.docs, attr))
            self._columns[attr] = column
        return column

    def text(self, number: int) -> str:
        """The string of a number; "" if there is none."""
        if not number:
            return ""
        found = (doc.vocab.strings.find(number) for doc in self.docs)
        return next((text for text in found if text is not None), "")

    def value(self, extension: str, token: int) -> Any:
        """The value of an extension attribute of a token, asked for once."""
        key = (extension, token)
        if key not in self._values:
            document = int(np.searchsorted(self.starts, token, side="right")) - 1
            doc = self.docs[document]
            self._values[key] = doc[token - int(self.starts[document])]._.get(extension)
        return self._values[key]
