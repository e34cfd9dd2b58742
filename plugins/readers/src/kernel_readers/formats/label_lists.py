"""Lists under "label" or "labels": entities, or categories that hold, as Doccano and Label Studio write them."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from kernel.errors import DataError
from kernel_readers.excerpt import is_part, of_file
from kernel_readers.formats import label_studio
from kernel_readers.formats.offsets import Offset, is_offsets, read_offsets
from kernel_readers.formats.record import Record, records_and_problems

KEYS = ("label", "labels")


def with_text(record: Record) -> Record:
    """The same record with its text in the usual place; Doccano has it under "data"."""
    text = record.data.get("data")
    if "text" in record.data or not isinstance(text, str) or not any(key in record.data for key in KEYS):
        return record
    return replace(record, data={**record.data, "text": text}, used={"data"})


_TEXTS = (
    "Pairs of texts, as Doccano exports them of sequence to sequence tasks, are not learned from. If these are categories, "
    'write them as such: "cats": {"A": 1, "B": 0}'
)
# So many lists tell that none of them holds a category of another; and so many words are no name.
_LISTS, _WORDS = 10, 12


class LabelLists:
    """The lists of one file. What an empty one says, and which categories don't hold, the other records tell.

    records: gives those of a file.
    """

    def __init__(
        self,
        path: Path,
        records: Callable[[Path], Iterator[Record | DataError]] = records_and_problems,
    ) -> None:
        self._path, self._records = path, records

    def entities(self, record: Record) -> dict[str, list[Offset]]:
        """Key -> entities, for the keys that hold such."""
        found = {}
        for key in KEYS:
            value = record.data.get(key)
            if isinstance(value, list) and is_offsets(value) and (value or self._of_entities):
                found[key] = read_offsets(record, key, record.get(key))
        return found

    def categories(self, record: Record) -> dict[str, float]:
        """1 for every category in a list, 0 for all others that are in lists of the file."""
        for key in KEYS:
            value = record.data.get(key)
            if _is_names(value) and value and self._facts.of_texts:
                raise record.error(
                    f"{key!r} holds a text of its own for each record, and no label", hint=_TEXTS
                )
            if _is_names(value) and (value or self._categories and not self._of_entities):
                return self.chosen(record.get(key))
        return {}

    def chosen(self, names: Iterable[str]) -> dict[str, float]:
        """1 for these categories, 0 for all others of the file. DataError for one that the first part of a streamed file lacks."""
        held = set(names)
        unknown = held - self._categories
        if unknown and is_part(self._path):
            raise DataError(
                f"the category {min(unknown)!r} is in none of the lists at the beginning of the file",
                path=self._path,
                hint="Of a file that is streamed, its first megabyte tells which categories there are. Write each record with all of them: "
                '"cats": {"A": 1, "B": 0}',
            )
        return {name: float(name in held) for name in sorted(held.union(self._categories))}

    @cached_property
    def _facts(self) -> "_Facts":
        return of_file(self._path, "lists", lambda path: _facts(self._records(path)))

    @property
    def _of_entities(self) -> bool:
        return self._facts.of_entities

    @property
    def _categories(self) -> frozenset[str]:
        return self._facts.categories


class _Facts(NamedTuple):
    """What the lists of a file are.

    of_entities: whether some hold entities. categories: all that they name. of_texts: whether these are no names: all differ, and
    most have several words, or one has more than any name.
    """

    of_entities: bool
    categories: frozenset[str]
    of_texts: bool


def _facts(records: Iterable[Record | DataError]) -> _Facts:
    """Look through the records of a file that are some; the others are told where their turn comes."""
    of_entities, categories, named = False, set[str](), 0
    for record in records:
        if not isinstance(record, Record):
            continue
        for value in map(record.data.get, KEYS):
            if isinstance(value, list):
                of_entities = of_entities or bool(value) and is_offsets(value)
            if isinstance(value, list) and _is_names(value):
                categories.update(value)
                named += len(value)
        categories.update(label_studio.choices(record) or [])
    return _Facts(of_entities, frozenset(categories), _are_texts(categories, named))


def _are_texts(names: set[str], number: int) -> bool:
    """Whether strings, so many with repetitions, are texts and no names of categories."""
    if any(len(name.split()) >= _WORDS for name in names):
        return True
    return len(names) == number >= _LISTS and 2 * sum(" " in name.strip() for name in names) > number


def _is_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) and name for name in value)
