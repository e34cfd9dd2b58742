"""Plain files of entities and aliases: JSON lines, CSV and TSV, also compressed ones.

A line of JSON is an entity: `id`, and maybe `freq`, `name`, `description`, `vector` (a list of numbers) and `aliases` (a list of texts,
or a table of text and prior probability). Or it is an alias: `alias`, `entities` (a list of ids) and maybe `probabilities`. A table has a
line for each entity, and a header with these names; several aliases stand between `|`, each maybe with `:` and its probability at the
end, and the numbers of a vector between spaces. Other keys are passed over and counted.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import Any, BinaryIO

from kernel.errors import DataError
from kernel.files.compressed import open_bytes, place_on_disk, suffix_of

Seen = Callable[[float, int], None]
_BLOCK = 1000
TABLES = {".csv": ",", ".tsv": "\t"}
_SEPARATORS = ",;\t"
# Problems that are told one by one; what comes after the last of them is read no further.
_SHOWN = 20
_ENTITY = {"id", "freq", "name", "description", "vector", "aliases"}
_ALIAS = {"alias", "entities", "probabilities"}


@dataclass
class Records:
    """What a file says.

    ids, freqs, names, descriptions, vectors: of each entity; a text that it has not is empty, a vector None. aliases: text -> {id:
    probability, None if the file gives none}. lines: where each entity and each alias was first. ignored: keys that mean
    nothing here, and how often each occurs.
    """

    path: Path
    ids: list[str] = field(default_factory=list)
    freqs: list[float] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    descriptions: list[str] = field(default_factory=list)
    vectors: list[list[float] | None] = field(default_factory=list)
    aliases: dict[str, dict[str, float | None]] = field(default_factory=dict)
    lines: dict[tuple[str, str], int] = field(default_factory=dict)
    ignored: Counter[str] = field(default_factory=Counter)


def read_records(path: Path, seen: Seen = lambda share, done: None) -> Records:
    """Read a file. `DataError` with file and line for what can't be read, and for an entity that comes twice.

    seen: is told now and then which share of the file has been read, and how many entities were in it.
    """
    if not path.is_file():
        raise DataError("there is no such file of entities", path=path)
    found = Records(path)
    problems: list[DataError] = []
    with open_bytes(path) as file:
        size = path.stat().st_size
        for line, record in _records(file, path):
            if line % _BLOCK == 0:
                seen(place_on_disk(file) / size, len(found.ids))
            known = _ALIAS if "alias" in record else _ENTITY
            found.ignored.update(key for key in record if key not in known)
            try:
                (_alias if "alias" in record else _entity)(found, record, line)
            except DataError as error:
                problems.append(error.at(path, line=line))
                if len(problems) == _SHOWN:
                    break
    if problems:
        raise _all(problems)
    if not found.ids:
        raise DataError("the file has no entities", path=path)
    return found


def _all(problems: list[DataError]) -> DataError:
    """One error for all of a file; the error itself if it is the only one."""
    first = problems[0]
    if len(problems) == 1:
        return first
    number = f"{len(problems)}" if len(problems) < _SHOWN else f"{_SHOWN} or more"
    told = [f"{number} lines can't be read:", *(f"  line {each.line}: {each.detail}" for each in problems)]
    return DataError("\n".join(told), path=first.path, line=first.line, hint=first.hint)


def _separator(path: Path, usual: str) -> str:
    """What separates the columns of a table: what makes the most of its header, else the usual one."""
    with open_bytes(path) as file:
        header = next((text for _, text in _lines(file, path)), "")
    numbers = {each: len(next(csv.reader([header], delimiter=each), [])) for each in _SEPARATORS}
    best = max(numbers, key=lambda each: numbers[each])
    return best if numbers[best] > numbers[usual] else usual


def _records(file: BinaryIO, path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    separator = TABLES.get(suffix_of(path))
    if separator is None:
        for line, text in _lines(file, path):
            if not text.strip():
                continue
            try:
                record = json.loads(text)
            except ValueError as error:
                raise DataError(f"this is no JSON: {error}", path=path, line=line) from error
            if not isinstance(record, dict):
                raise DataError("a line is a table in braces", path=path, line=line)
            yield line, record
        return
    try:
        separator = _separator(path, separator)
    except csv.Error as error:
        raise DataError(f"the header can't be read: {error}", path=path, line=1) from error
    rows = csv.reader((text for _, text in _lines(file, path)), delimiter=separator)
    try:
        header = [name.strip() for name in next(rows, [])]
        if "id" not in header:
            raise DataError(
                f"the first line has to name the columns, and one of them id; it has {', '.join(map(repr, header))[:200]}",
                path=path,
                line=1,
            )
        for row in rows:
            if len(row) > len(header):
                raise DataError(
                    f"the line has {len(row)} cells, and the header {len(header)}",
                    path=path,
                    line=rows.line_num,
                )
            if row:
                yield rows.line_num, {key: cell for key, cell in zip(header, row, strict=False) if cell}
    except csv.Error as error:
        raise DataError(f"the table can't be read: {error}", path=path, line=rows.line_num) from error


def _lines(file: BinaryIO, path: Path) -> Iterator[tuple[int, str]]:
    for line, data in enumerate(file, 1):
        try:
            yield line, data.decode("utf-8-sig" if line == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise DataError("this is no text in UTF-8", path=path, line=line) from error


def _entity(found: Records, record: Mapping[str, Any], line: int) -> None:
    entity = _text(record, "id")
    if not entity:
        raise DataError("an entity needs an id, a text that is not empty")
    if ("entity", entity) in found.lines:
        raise DataError(f"the entity '{entity}' is in line {found.lines['entity', entity]} already")
    found.lines["entity", entity] = line
    found.ids.append(entity)
    found.freqs.append(_number(record.get("freq", 1), "freq"))
    found.names.append(_text(record, "name"))
    found.descriptions.append(_text(record, "description"))
    found.vectors.append(_vector(record.get("vector")))
    named: dict[str, float | None] = {found.names[-1]: None} if found.names[-1] else {}
    for alias, prior in (named | _own_aliases(record.get("aliases"))).items():
        _add(found, alias, entity, prior, line)


def _alias(found: Records, record: Mapping[str, Any], line: int) -> None:
    alias, entities = _text(record, "alias"), record.get("entities")
    if not alias or not isinstance(entities, list) or not all(isinstance(each, str) for each in entities):
        raise DataError("an alias needs a text that is not empty, and entities: a list of ids")
    priors = record.get("probabilities") or [None] * len(entities)
    if not isinstance(priors, list) or len(priors) != len(entities):
        raise DataError(f"the alias '{alias}' needs as many probabilities as entities")
    for entity, prior in zip(entities, priors, strict=True):
        _add(found, alias, entity, None if prior is None else _number(prior, "a probability"), line)


def _add(found: Records, alias: str, entity: str, prior: float | None, line: int) -> None:
    if not alias:
        raise DataError("an alias is a text that is not empty")
    own = found.aliases.setdefault(alias, {})
    if own.get(entity) is not None and prior is not None and own[entity] != prior:
        raise DataError(f"the alias '{alias}' of '{entity}' has the probability {own[entity]} already")
    own[entity] = prior if prior is not None else own.get(entity)
    found.lines.setdefault(("alias", alias), line)


def _own_aliases(given: Any) -> dict[str, float | None]:
    if given is None:
        return {}
    if isinstance(given, str):
        return dict(_with_prior(part) for part in given.split("|") if part.strip())
    if isinstance(given, list) and all(isinstance(each, str) for each in given):
        return dict.fromkeys(given)
    if isinstance(given, dict):
        return {alias: _number(prior, "a probability") for alias, prior in given.items()}
    raise DataError("aliases are a list of texts, or a table of texts and probabilities")


def _with_prior(cell: str) -> tuple[str, float | None]:
    text, _, end = cell.rpartition(":")
    try:
        return text.strip(), float(end)
    except ValueError:
        return cell.strip(), None


def _text(record: Mapping[str, Any], key: str) -> str:
    value = record.get(key)
    if value is not None and not isinstance(value, str):
        raise DataError(f"{key} is a text, not {value!r}")
    return value or ""


def _number(value: Any, what: str) -> float:
    try:
        number = float(value) if isinstance(value, int | float | str) else None
    except ValueError:
        number = None
    if number is None or not isfinite(number) or number < 0:
        raise DataError(f"{what} is a number from 0, not {value!r}")
    return number


def _vector(given: Any) -> list[float] | None:
    if given is None:
        return None
    try:
        vector = [float(each) for each in (given.split() if isinstance(given, str) else given)]
    except (TypeError, ValueError):
        vector = []
    if not vector or not all(map(isfinite, vector)):
        raise DataError("a vector is a list of numbers")
    return vector
