"""The store of strings: number to text and back.

A string's number is a built-in symbol's small number, or else its 64-bit hash. Two kinds of strings are
known: *permanent* ones (what a user adds: `add`, labels, lexeme attributes, vectors) and those of the living
generations of word forms, which are forgotten together with the last Doc that uses them. Permanent strings that come
many at once, such as the keys of a table of vectors, may stay in the file that they came from.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from os import PathLike
from pathlib import Path
from typing import Protocol, overload
from weakref import ref

import numpy as np
from numpy.typing import NDArray

from kernel.errors import WrongType
from kernel.vocab.hashing import murmur, murmur_many
from kernel.vocab.symbols import HIGHEST_SYMBOL, NAMES, SYMBOLS
from kernel.vocab.text_lists import texts_of_json
from kernel.vocab.texts import Texts

# Bytes of a list of strings from which on it is not made a dict.
_MANY = 1 << 18


def hash_string(text: str) -> int:
    """The number of a string, stored or not."""
    symbol = SYMBOLS.get(text)
    return murmur(text) if symbol is None else symbol


def hash_strings(texts: Sequence[str]) -> NDArray[np.uint64]:
    """The numbers of many strings, shape (len(texts),)."""
    values = murmur_many(texts)
    symbols = SYMBOLS.get
    for index, text in enumerate(texts):
        symbol = symbols(text)
        if symbol is not None:
            values[index] = symbol
    return values


class StringSource(Protocol):
    """A living generation of word forms: it knows strings for as long as it is alive."""

    def find_string(self, number: int) -> str | None: ...


class StringStore:
    """Two-way table of strings. `store[text]` is a number, `store[number]` a text."""

    def __init__(self, strings: Iterable[str] = ()) -> None:
        self._texts: dict[int, str] = {}
        self._numbers: dict[str, int] = {}
        # Strings outside of the two dicts, of which a string is in one place only but for equal ones of two of these.
        self._attached: tuple[Texts, ...] = ()
        self._sources: tuple[ref[StringSource], ...] = ()
        for text in strings:
            self.add(text)

    def add(self, string: str | bytes) -> int:
        """Keep a string for good and return its number. Bytes are UTF-8."""
        if not isinstance(string, str | bytes):
            raise WrongType(f"a string is added as text or bytes, not as {type(string).__name__}")
        text = string if isinstance(string, str) else string.decode("utf8")
        number = SYMBOLS.get(text)
        if number is None:
            number = self._numbers.get(text)
        if number is None:
            number = murmur(text)
            if self._find_attached(number) is None:
                self._texts[number] = text
                self._numbers[text] = number
        return number

    def add_many(self, strings: Sequence[str]) -> NDArray[np.uint64]:
        """Keep many strings for good and return their numbers, shape (len(strings),)."""
        for text in strings:
            if not isinstance(text, str):
                raise WrongType(f"a string is added as text, not as {type(text).__name__}")
        numbers = hash_strings(strings)
        fresh = numbers > HIGHEST_SYMBOL
        for texts in self._attached:
            fresh &= ~texts.has(numbers)
        chosen = strings if fresh.all() else [strings[place] for place in np.flatnonzero(fresh).tolist()]
        new = dict(zip(numbers[fresh].tolist(), chosen, strict=True))
        for number in new.keys() & self._texts.keys():
            del new[number]
        self._texts.update(new)
        self._numbers.update(zip(new.values(), new.keys(), strict=True))
        return numbers

    def attach(self, texts: Texts) -> None:
        """Keep many strings for good where they are. What was attached before is let go if it has no others."""
        if any(texts is old for old in self._attached):
            return
        numbers = np.fromiter(self._texts, dtype=np.uint64, count=len(self._texts))
        for number in numbers[texts.has(numbers)].tolist():
            del self._numbers[self._texts.pop(number)]
        self._attached = (*(old for old in self._attached if not texts.covers(old)), texts)

    def take(self, other: StringStore) -> None:
        """Keep the permanent strings of another store for good too; what was attached there is shared."""
        self.add_many(list(other._texts.values()))
        for texts in other._attached:
            self.attach(texts)

    def _find_attached(self, number: int) -> str | None:
        for texts in self._attached:
            text = texts.find(number)
            if text is not None:
                return text
        return None

    def watch(self, source: StringSource) -> None:
        """Resolve the strings of a generation too, for as long as somebody keeps it alive."""
        alive = [old for old in self._sources if old() is not None]
        self._sources = (*alive, ref(source))

    @overload
    def __getitem__(self, key: str | bytes) -> int: ...
    @overload
    def __getitem__(self, key: int) -> str: ...
    def __getitem__(self, key: str | bytes | int) -> str | int:
        if isinstance(key, bytes):
            key = key.decode("utf8")
        if isinstance(key, str):
            number = SYMBOLS.get(key)
            if number is None:
                number = self._numbers.get(key)
            return murmur(key) if number is None else number
        number = int(key)
        text = self.find(number)
        if text is None:
            raise KeyError(
                f"no string has the number {number}: it was never added, or it belonged to documents that "
                "are gone. Keep the Doc, or add the string to vocab.strings"
            )
        return text

    def find(self, number: int) -> str | None:
        """The string of a number, None if it is unknown (or forgotten)."""
        if number <= HIGHEST_SYMBOL:
            return NAMES.get(number)
        text = self._texts.get(number)
        if text is None and self._attached:
            text = self._find_attached(number)
        if text is not None:
            return text
        for reference in reversed(self._sources):
            source = reference()
            if source is not None:
                text = source.find_string(number)
                if text is not None:
                    return text
        return None

    def as_int(self, key: str | int) -> int:
        """The number of a string; a number stays as it is."""
        return self[key] if isinstance(key, str) else int(key)

    def as_string(self, key: str | int) -> str:
        """The string of a number; a string stays as it is."""
        return key if isinstance(key, str) else self[key]

    def __contains__(self, key: object) -> bool:
        if isinstance(key, str):
            return key in SYMBOLS or key in self._numbers or self.find(murmur(key)) is not None
        return isinstance(key, (int, np.integer)) and self.find(int(key)) is not None

    def __iter__(self) -> Iterator[str]:
        """The permanent strings: those that were attached, then the others in the order in which they were added."""
        return iter(self.values())

    def keys(self) -> list[int]:
        """The numbers of the permanent strings, in that order."""
        return list(self._all())

    def values(self) -> list[str]:
        """The permanent strings, in that order."""
        return list(self._all().values())

    def items(self) -> list[tuple[str, int]]:
        """Both, the string first."""
        return [(text, number) for number, text in self._all().items()]

    def _all(self) -> dict[int, str]:
        if not self._attached:
            return self._texts
        found = {number: text for texts in self._attached for number, text in texts.items()}
        return {**found, **self._texts}

    def __len__(self) -> int:
        """Number of permanent strings; symbols don't count."""
        if len(self._attached) > 1:
            return len(self._all())
        return len(self._texts) + sum(map(len, self._attached))

    def to_bytes(self, *, without: Callable[[NDArray[np.uint64]], NDArray[np.bool_]] | None = None) -> bytes:
        """The permanent strings, sorted. without: says which of many numbers, (n,), are of strings to leave out."""
        strings = self.values() if without is None else self._without(without)
        return json.dumps(sorted(strings), ensure_ascii=False, indent=0).encode("utf-8", "surrogatepass")

    def _without(self, without: Callable[[NDArray[np.uint64]], NDArray[np.bool_]]) -> list[str]:
        numbers = np.fromiter(self._texts, dtype=np.uint64, count=len(self._texts))
        strings = [self._texts[number] for number in numbers[~without(numbers)].tolist()]
        for texts in self._attached:
            strings += texts.some(~without(texts.numbers))
        return list(dict.fromkeys(strings))

    def from_bytes(self, bytes_data: bytes) -> StringStore:
        """Replace the permanent strings by the stored ones. Where there are many, they stay in arrays."""
        if len(bytes_data) > _MANY:
            texts = texts_of_json(bytes_data)
            self._texts, self._numbers, self._attached = {}, {}, ()
            self.attach(texts)
            return self
        strings = json.loads(bytes_data.decode("utf-8", "surrogatepass"))
        self._texts, self._numbers, self._attached = {}, {}, ()
        self.add_many(strings)
        return self

    def to_disk(self, path: str | PathLike[str]) -> None:
        Path(path).write_bytes(self.to_bytes())

    def from_disk(self, path: str | PathLike[str]) -> StringStore:
        return self.from_bytes(Path(path).read_bytes())
