"""What a format can't hold of the documents that are written in it: counted, and said once at the end."""

import warnings
from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from kernel.errors import LossWarning
from kernel.tokens import Doc
from kernel.tokens.annotated import annotated

KEYS_OF_RECORDS = "other keys of records"


class Losses:
    """Counts what is lost of documents.

    format: for people. holds: kinds of `kernel.tokens.annotated` that the format holds.
    """

    def __init__(self, format: str, holds: Collection[str]) -> None:
        self.format = format
        self.holds = frozenset(holds)
        self._documents = 0
        self._lost: Counter[str] = Counter()
        self._in: Counter[str] = Counter()
        self._last: dict[str, int] = {}

    def of(
        self, doc: Doc, others: Mapping[str, Any] | None = None, *, kept: Mapping[str, int] | None = None
    ) -> None:
        """Count what is lost of a document.

        others: keys of its record, none of which is written. kept: kind that the format doesn't hold -> how many are written
        all the same.
        """
        self._documents += 1
        for kind, number in annotated(doc).items():
            lost = number - (kept or {}).get(kind, 0)
            if kind not in self.holds and lost > 0:
                self.add(kind, lost)
        if others:
            self.add(KEYS_OF_RECORDS, len(others))

    def add(self, kind: str, number: int = 1) -> None:
        """Count something that is lost of the present document. kind: in the plural."""
        self._lost[kind] += number
        if self._last.get(kind) != self._documents:
            self._in[kind] += 1
            self._last[kind] = self._documents

    def without_zeros(self, text: str) -> str:
        """A text without the character U+0000, by which files are taken for binary ones; another one is in its place."""
        number = text.count("\0")
        if not number:
            return text
        self.add("characters U+0000, which are U+FFFD there", number)
        return text.replace("\0", "\ufffd")

    def of_groups(self, doc: Doc) -> None:
        """Count the attributes of groups of spans, such as scores, for a format that holds the spans and not these."""
        for name, group in doc.spans.items():
            for attr in group.attrs:
                self.add(f"attributes {attr!r} of the spans {name!r}")

    def say(self) -> None:
        """Warn of everything that was lost, if anything was."""
        if not self._lost:
            return
        lost = {kind: (number, self._in[kind]) for kind, number in self._lost.items()}
        warnings.warn(LossWarning(self.format, lost, self._documents), stacklevel=2)
