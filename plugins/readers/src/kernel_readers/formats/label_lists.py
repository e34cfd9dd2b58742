"""Lists under "label" or "labels": entities, or categories that hold, as Doccano and Label Studio write them."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from kernel.errors import DataError
from kernel_readers.excerpt import facts_of
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


class LabelLists:
    """The lists of one file. What an empty one says, and which categories don't hold, the other records tell."""

    def __init__(self, path: Path) -> None:
        self._path = path

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
            if _is_names(value) and (value or self._categories and not self._of_entities):
                return self.chosen(record.get(key))
        return {}

    def chosen(self, names: Iterable[str]) -> dict[str, float]:
        """1 for these categories, 0 for all others of the file. DataError for one that the first part of a streamed file lacks."""
        held = set(names)
        unknown = held - self._categories
        if unknown and facts_of(self._path) is not self._path:
            raise DataError(
                f"the category {min(unknown)!r} is in none of the lists at the beginning of the file",
                path=self._path,
                hint="Of a file that is streamed, its first megabyte tells which categories there are. Write each record with all of them: "
                '"cats": {"A": 1, "B": 0}',
            )
        return {name: float(name in held) for name in sorted(held.union(self._categories))}

    def _records(self) -> Iterator[Record]:
        """Those that are some; the others are told where their turn comes."""
        return (record for record in records_and_problems(facts_of(self._path)) if isinstance(record, Record))

    @cached_property
    def _lists(self) -> list[Any]:
        return [
            value
            for record in self._records()
            for key in KEYS
            if isinstance(value := record.data.get(key), list)
        ]

    @cached_property
    def _of_entities(self) -> bool:
        return any(value and is_offsets(value) for value in self._lists)

    @cached_property
    def _categories(self) -> set[str]:
        lists = [value for value in self._lists if _is_names(value)]
        lists += [label_studio.choices(record) or [] for record in self._records()]
        return {name for value in lists for name in value}


def _is_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) and name for name in value)
