"""The norms of word forms that a table of the language gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kernel.vocab.strings import hash_string

NORMS = "lexeme_norm"
"""The table of `Vocab.lookups` with the norms of forms, by the form or its number."""


class NormTable:
    """The norm of a form: that of the table, or else what another function says."""

    def __init__(self, table: Mapping[Any, str], otherwise: Callable[[str], Any]) -> None:
        self.table = table
        self.otherwise = otherwise

    def __call__(self, form: str) -> Any:
        found = self.table.get(form)
        if found is None:
            found = self.table.get(hash_string(form))
        return self.otherwise(form) if found is None else found


def with_norms(lookups: Any, getter: Callable[[str], Any]) -> Callable[[str], Any]:
    """A function for norms that asks the table of some lookups first, if they have it; in the place of an earlier table's."""
    own = getter.otherwise if isinstance(getter, NormTable) else getter
    table = lookups.get(NORMS) if isinstance(lookups, Mapping) else None
    return NormTable(table, own) if isinstance(table, Mapping) and table else own
