"""The annotations of one row of WebAnno TSV: what the cells of a layer say together."""

from collections.abc import Iterator
from pathlib import Path

from kernel.errors import DataError
from kernel_readers.formats.webanno_rows import Layer, Row
from kernel_readers.formats.webanno_values import Unit, raw_values, roles, units, values

_ROLE = "ROLE_"


def annotations_of(
    path: Path, layer: Layer, row: Row
) -> Iterator[tuple[int, dict[str, str], list[tuple[str, Unit]]]]:
    """Number, values and slots of each annotation of a row. DataError with the line for cells that don't fit together."""
    cells = row.cells[layer.first - 3 : layer.first - 3 + len(layer.features)]
    is_target = [place > 0 and layer.features[place - 1].startswith(_ROLE) for place in range(len(cells))]
    read = {}
    for place, cell in enumerate(cells):
        if not is_target[place]:
            found = values(cell)
            if found is None:
                raise unreadable(path, row, layer, place, cell)
            if found:
                read[place] = found
    number = max(map(len, read.values()), default=0)
    for place, found in read.items():
        if len(found) != number:
            raise unreadable(path, row, layer, place, cells[place])
    for each in range(number):
        texts = {layer.features[place]: found[each].text for place, found in read.items()}
        slots: list[tuple[str, Unit]] = []
        for place in (place for place, target in enumerate(is_target) if target):
            targets = units(cells[place])
            if targets is None:
                raise unreadable(path, row, layer, place, cells[place])
            named = raw_values(cells[place - 1])
            names = roles(named[each]) if each < len(named) else []
            of_this = targets[each] if each < len(targets) else []
            if of_this and len(names) != len(of_this):
                raise unreadable(path, row, layer, place, cells[place])
            slots += zip(names, of_this, strict=bool(of_this))
        numbers = [found[each].number for found in read.values()]
        texts = {name: text for name, text in texts.items() if not name.startswith(_ROLE)}
        yield max(numbers), texts, slots


def unreadable(path: Path, row: Row, layer: Layer, place: int, cell: str) -> DataError:
    """The error for a cell. place: of its feature in the layer."""
    name = layer.features[place]
    return DataError(
        f"the cell {cell[:60]!r} of {layer.name}{'.' if name else ''}{name} can't be read",
        path=path,
        line=row.number,
        hint="A cell has a value for each annotation of the token, between | if there are several: PER, or PER[1]|ORG[2].",
    )
