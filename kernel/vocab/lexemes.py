"""A generation of word forms: one row per distinct (form, norm), attributes as columns.

Rows are only ever added, so that a row number and an array taken from a column stay valid for as long as the
table lives. A column is filled when somebody asks for it, in bulk, for the rows that are new. Reading is free
of locks; adding rows and filling columns is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import takewhile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernel.processes.gate import Lock
from kernel.vocab import attrs
from kernel.vocab.lex_attrs import GETTERS, Getter
from kernel.vocab.strings import hash_string, hash_strings

_OUT_OF_RANK = (1 << 64) - 1
USUAL_LENGTH = 64
"""Characters of a string that count as one string in the size of a generation."""


class LexemeSettings:
    """What all generations of a vocab share: the attribute getters and what a user has set by hand.

    overrides[attr][form] is the value that a user gave to a form; `version` counts the changes.
    """

    def __init__(self, getters: dict[int, Getter] | None = None) -> None:
        self.getters: dict[int, Getter] = {**GETTERS, **(getters or {})}
        self.overrides: dict[int, dict[str, Any]] = {}
        self.version = 0
        # When what was changed last, the latest at the end: (attribute, form, or None for all forms) -> version.
        self._changed: dict[tuple[int, str | None], int] = {}
        self._lock = Lock()

    def note_change(self, names: Iterable[int], form: str | None = None) -> None:
        """Say, after the fact, that the values of these attributes have changed: every generation fills them anew.

        form: the only one that has changed.
        """
        with self._lock:
            version = self.version + 1
            for attr in names:
                self._changed.pop((attr, form), None)
                self._changed[attr, form] = version
            self.version = version

    def changed_since(self, version: int) -> tuple[list[tuple[int, str | None]], int]:
        """What has changed since a version, (attribute, form or None for all forms); and the version now."""
        with self._lock:
            latest = takewhile(lambda item: item[1] > version, reversed(self._changed.items()))
            return [what for what, _ in latest], self.version

    def value(self, attr: int, form: str) -> Any:
        """One attribute of a form, as the getter or the user's hand gives it."""
        by_hand = self.overrides.get(attr)
        if by_hand is not None and form in by_hand:
            return by_hand[form]
        getter = self.getters.get(attr)
        return getter(form) if getter is not None else False


class LexemeTable:
    """One generation. `row(form)` adds what is missing; `column(attr)[rows]` gathers attributes."""

    def __init__(self, settings: LexemeSettings) -> None:
        self.settings = settings
        self._rows: dict[str | tuple[str, str], int] = {}
        self._forms: list[str] = []
        self._norms: dict[int, str] = {}
        self._with_norms: dict[str, list[int]] = {}
        self._columns: dict[int, tuple[NDArray[Any], int]] = {}
        self._texts: dict[int, str] = {}
        self._numbers: dict[str, int] = {}
        self._long = 0
        self._version = settings.version
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._forms)

    @property
    def size(self) -> int:
        """What the bound of a generation counts: the strings held, a long one as often as it is longer than usual."""
        return len(self._forms) + len(self._numbers) + self._long

    @property
    def version(self) -> int:
        """Changes when a user sets a lexeme's attribute: what was derived from columns is then stale."""
        return self.settings.version

    def has(self, form: str) -> bool:
        """Whether the form has a row."""
        return form in self._rows

    def distinct_forms(self) -> list[str]:
        """The forms, each once, in the order in which they came."""
        return list(dict.fromkeys(self._forms))

    def orth(self, row: int) -> str:
        """The form of a row."""
        return self._forms[row]

    def forms(self, rows: Iterable[int]) -> list[str]:
        """The forms of many rows."""
        return list(map(self._forms.__getitem__, rows))

    def own_norm(self, row: int) -> str | None:
        """The norm that was given for a row, None if its form decides."""
        return self._norms.get(row)

    def norm(self, row: int) -> str:
        """The norm of a row."""
        explicit = self._norms.get(row)
        return explicit if explicit is not None else str(self.settings.value(attrs.NORM, self._forms[row]))

    def row(self, orth: str, norm: str | None = None) -> int:
        """The row of a form, or of a form with a norm of its own (as tokenizer exceptions have)."""
        key = orth if norm is None else (orth, norm)
        row = self._rows.get(key)
        return self._add(orth, norm) if row is None else row

    def rows(self, forms: Sequence[str], norms: Sequence[str | None] | None = None) -> NDArray[np.int32]:
        """The rows of many forms, shape (len(forms),)."""
        if norms is not None:
            return np.array([self.row(form, norm) for form, norm in zip(forms, norms, strict=True)], np.int32)
        found = list(map(self._rows.get, forms))
        if None in found:
            # One lock for all that are new.
            with self._lock:
                for form in [form for form, row in zip(forms, found, strict=True) if row is None]:
                    if form not in self._rows:
                        self._rows[form] = self._append(form)
            found = list(map(self._rows.get, forms))
        return np.array(found, dtype=np.int32)

    def _append(self, orth: str) -> int:
        self._forms.append(orth)
        self._long += len(orth) // USUAL_LENGTH
        return len(self._forms) - 1

    def _add(self, orth: str, norm: str | None) -> int:
        with self._lock:
            key = orth if norm is None else (orth, norm)
            row = self._rows.get(key)
            if row is not None:
                return row
            if norm is not None and norm == self.settings.value(attrs.NORM, orth):
                row = self.row(orth)
            else:
                row = self._append(orth)
                if norm is not None:
                    self._norms[row] = norm
                    self._with_norms.setdefault(orth, []).append(row)
            self._rows[key] = row
            return row

    def column(self, attr: int) -> NDArray[Any]:
        """One attribute of every row, shape (len(self),): bool for flags, otherwise uint64. Read only."""
        if self._version != self.settings.version:
            self._refresh()
        values, filled = self._columns.get(attr, _EMPTY)
        if filled < len(self._forms):
            values, filled = self._fill(attr)
        return values[:filled]

    def _fill(self, attr: int) -> tuple[NDArray[Any], int]:
        if attr not in attrs.LEXICAL:
            raise ValueError(f"{attrs.NAMES.get(attr, attr)} is not an attribute of a word form")
        with self._lock:
            values, start = self._columns.get(attr, _EMPTY)
            end = len(self._forms)
            if start < end:
                new = self._compute(attr, start, end)
                if end > len(values):
                    grown = np.empty(max(end, 2 * len(values), 256), dtype=new.dtype)
                    grown[:start] = values[:start]
                    values = grown
                values[start:end] = new
                self._columns[attr] = (values, end)
            return self._columns.get(attr, _EMPTY)

    def _compute(self, attr: int, start: int, end: int) -> NDArray[Any]:
        forms = self._forms[start:end]
        if attr == attrs.ORTH:
            return self._hashes(forms)
        if attr == attrs.LENGTH:
            return np.fromiter(map(len, forms), dtype=np.uint64, count=len(forms))
        if attr == attrs.ID:
            return np.full(len(forms), _OUT_OF_RANK, dtype=np.uint64)
        getter: Callable[[str], Any] | None = self.settings.getters.get(attr)
        values: list[Any] = list(map(getter, forms)) if getter is not None else [False] * len(forms)
        by_hand = self.settings.overrides.get(attr)
        if by_hand:
            values = [by_hand.get(form, value) for form, value in zip(forms, values, strict=True)]
        if attr in attrs.FLAGS:
            return np.array(values, dtype=bool)
        if attr == attrs.NORM and self._norms:
            values = [self._norms.get(row, value) for row, value in enumerate(values, start)]
        return self._hashes(values)

    def _hashes(self, texts: list[str]) -> NDArray[np.uint64]:
        hashes = hash_strings(texts)
        self._texts.update(zip(hashes.tolist(), texts, strict=True))
        return hashes

    def _refresh(self) -> None:
        """Have what a user's hand has changed filled again: whole columns, or the rows of one form."""
        with self._lock:
            changed, version = self.settings.changed_since(self._version)
            for attr, form in changed:
                if form is None:
                    self._columns.pop(attr, None)
            for attr, form in changed:
                values, filled = self._columns.get(attr, _EMPTY)
                for row in self._rows_of(form) if form is not None else ():
                    if row < filled:
                        values[row] = self._compute(attr, row, row + 1)[0]
            self._version = version

    def _rows_of(self, form: str) -> list[int]:
        """The rows of a form: its own, and those with another norm."""
        row = self._rows.get(form)
        return [*self._with_norms.get(form, ()), *([] if row is None else [row])]

    def intern(self, text: str) -> int:
        """The number of a string that belongs to a document (a lemma, a tag), known while this lives."""
        number = self._numbers.get(text)
        if number is None:
            number = hash_string(text)
            with self._lock:
                if text not in self._numbers:
                    self._long += len(text) // USUAL_LENGTH
                self._texts[number] = text
                self._numbers[text] = number
        return number

    def intern_many(self, texts: Sequence[str]) -> NDArray[np.uint64]:
        """The numbers of many strings, shape (len(texts),)."""
        found = list(map(self._numbers.get, texts))
        if None in found:
            new = list(
                dict.fromkeys(text for text, number in zip(texts, found, strict=True) if number is None)
            )
            self.remember(dict(zip(hash_strings(new).tolist(), new, strict=True)))
            found = list(map(self._numbers.__getitem__, texts))
        return np.array(found, dtype=np.uint64)

    def remember(self, texts: dict[int, str]) -> None:
        """Know strings by their numbers for as long as this lives."""
        with self._lock:
            known = self._numbers
            self._long += sum(len(text) // USUAL_LENGTH for text in texts.values() if text not in known)
            self._texts.update(texts)
            known.update((text, number) for number, text in texts.items())

    def find_string(self, number: int) -> str | None:
        """The string of a number among the strings of this generation, None if it isn't one."""
        text = self._texts.get(number)
        if text is None:
            self.column(attrs.ORTH)
            text = self._texts.get(number)
        if text is None:
            self.column(attrs.NORM)
            self.column(attrs.LOWER)
            text = self._texts.get(number)
        return text


_EMPTY: tuple[NDArray[Any], int] = (np.empty(0, dtype=np.uint64), 0)
