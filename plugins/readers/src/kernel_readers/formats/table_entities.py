"""Entities in a row of a table: texts, in a column that the label names. Where they stand is looked for."""

import re
from collections.abc import Iterable, Iterator

from kernel.errors import DataError

_BETWEEN = re.compile(r"[|\r\n]")


def entities(text: str, cells: Iterable[tuple[str, str]]) -> Iterator[tuple[int, int, str]]:
    """(begin, end, label) of every place where an entity stands in a text, in characters.

    cells: pairs of a label and texts of entities, with `|` or the end of a line between several. Whole words count before parts of words, of
    two that overlap the longer one. `DataError` for an entity that is not in the text.
    """
    found = [
        (*place, label)
        for label, cell in cells
        for name in map(str.strip, _BETWEEN.split(cell))
        if name
        for place in _places(text, name, label)
    ]
    taken: list[tuple[int, int]] = []
    for begin, end, label in sorted(found, key=lambda each: (each[0] - each[1], each[0])):
        if not any(begin < last and first < end for first, last in taken):
            taken.append((begin, end))
            yield begin, end, label


def _places(text: str, name: str, label: str) -> list[tuple[int, int]]:
    escaped = re.escape(name)
    # Scripts without spaces have no words here.
    for pattern in (rf"(?<!\w){escaped}(?!\w)", escaped):
        if places := [match.span() for match in re.finditer(pattern, text)]:
            return places
    raise DataError(
        f"{name[:40]!r} in the column {label!r} is not in the text",
        hint="An entity is written as in the text, with | between several in a cell.",
    )
