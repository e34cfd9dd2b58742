"""Tables with a header, CSV and TSV as spreadsheets write them: a text a row, its categories and its entities.

A label may be what Label Studio writes into a cell: JSON, a list of regions or of choices.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kernel.errors import DataError
from kernel.tokens import Doc
from kernel_readers.formats import label_studio
from kernel_readers.formats.format import Format, Settings
from kernel_readers.formats.offsets import Places, Placing, read_offsets
from kernel_readers.formats.record import Record
from kernel_readers.formats.table_entities import entities
from kernel_readers.lines import numbered_lines
from kernel_readers.problems import collected
from kernel_readers.report import Report

NAMES = ("text", "label", "cat", "ent", "_")
_TEXTS = frozenset({"text", "sentence"})
_LABELS = frozenset({"label", "category", "class"})
# Numbers of rows, in which 0 and 1 may be the only ones.
_NUMBERS = frozenset({"id", "index", "unnamed: 0", ""})
_SEPARATORS = ",;\t|"
_LONGEST = (1 << 31) - 1
_TRUTH = {"1": 1.0, "0": 0.0, "1.0": 1.0, "0.0": 0.0, "true": 1.0, "false": 0.0}
_HINT = (
    'Name all columns from left to right: columns = ["text", "label", "_"] in the reader\'s block, --columns text,label,_ of '
    "kernel convert. text is the text, label the name "
    "of its category, cat a category that the header names, 1 or 0 in every row, or a score between them, ent "
    "texts of entities that the header names, with | between several; _ is not read."
)


@dataclass(frozen=True)
class TableForm:
    """What the columns of a table are.

    header: their names. separator: what stands between them. text: the place of the text. label: that of the category's name, None if there is none. cats: place ->
    category, for columns of ones and noughts. ents: place -> label, for columns with texts of entities. labels: all names in the column `label`. almost: place -> line and cell
    of the first value that is neither, for columns that hold ones and noughts in most rows; they are not read.
    """

    header: Sequence[str]
    separator: str
    text: int
    label: int | None
    cats: dict[int, str]
    labels: Sequence[str]
    almost: Mapping[int, tuple[int, str]] = field(default_factory=dict)
    ents: Mapping[int, str] = field(default_factory=dict)

    @property
    def unread(self) -> list[str]:
        """Names of the columns that are not read."""
        read = {self.text, self.label, *self.cats, *self.ents}
        return [name for place, name in enumerate(self.header) if place not in read]


@Format
def read(path: Path, nlp: Any, settings: Settings, report: Report) -> Iterator[Doc]:
    """Yield a document for every row. Of the names in a column of labels exactly one holds for a text: all others are 0."""
    form = form_of(path, settings.columns)
    for place, (line, cell) in form.almost.items():
        report.remark(
            f"the column {form.header[place]!r} holds ones and noughts but for {cell[:40]!r}, so that it is no category",
            report.place(path, line),
        )
    with collected("rows") as problems:
        for number, row in _rows(path, form.header, form.separator):
            if not row[form.text].strip():
                report.remark("rows without a text, which are left out: {}", report.place(path, number))
                continue
            report.rows += not form.ents
            if settings.columns is None:
                report.columns.update(name for name in form.unread if name)
            if form.label is not None and not row[form.label].strip():
                report.remark(
                    "rows with a text and no label, which count as not annotated: {}",
                    report.place(path, number),
                )
            try:
                doc = nlp.make_doc(row[form.text])
                found = None if form.label is None else label_studio.of_cell(row[form.label].strip())
                doc.cats = _categories(form, row, found)
                regions = list(found) if found and isinstance(found[0], dict) else []
                regions += entities(
                    row[form.text], ((label, row[place]) for place, label in form.ents.items())
                )
                if regions or form.ents:
                    record = Record(path, number, {})
                    placing = Placing(record, Places.of(doc), report, trim=settings.trim)
                    placing.set_entities(doc, read_offsets(record, "label", regions))
            except DataError as error:
                problems.add(error.at(path, line=number))
                continue
            if not problems:
                report.line = number
                yield doc


def is_table_of_texts(path: Path) -> bool:
    """Whether the header of a file names a text, and stands beside others."""
    try:
        header, _ = _header(path)
    except DataError:
        # Whoever reads it is told.
        return True
    return len(header) > 1 and any(name.lower() in _TEXTS for name in header)


def has_labels(path: Path) -> bool:
    """Whether the header of a file names a text and its label, which no line of a column file does."""
    try:
        header, _ = _header(path)
    except DataError:
        return False
    names = {name.lower() for name in header}
    return not _TEXTS.isdisjoint(names) and not _LABELS.isdisjoint(names)


def is_name_of_category(name: str) -> bool:
    """Whether a column of ones and noughts that is called so is read as a category, in a table that separates by commas."""
    return (
        name == name.strip()
        and name.lower() not in _TEXTS | _LABELS | _NUMBERS
        and not any(sign in name for sign in (*_SEPARATORS[1:], '"', "\n", "\r"))
    )


def form_of(path: Path, names: Sequence[str] | None = None) -> TableForm:
    """The form of a file. names: of all its columns, see `NAMES`; None to find out. `DataError` for what is not clear."""
    header, separator = _header(path)
    kinds = _kinds(path, header) if names is None else _named(path, header, names)
    text, label = kinds.index("text"), kinds.index("label") if "label" in kinds else None
    # Without any label, columns of ones and noughts are categories.
    asked = names is None and label is None
    maybe = {
        place
        for place, kind in enumerate(kinds)
        if asked and kind == "_" and header[place].lower() not in _NUMBERS
    }
    filled: set[int] = set()
    good, bad = Counter[int](), Counter[int]()
    first_bad: dict[int, tuple[int, str]] = {}
    asked_of = frozenset(maybe)
    labels: set[str] = set()
    for number, row in _rows(path, header, separator):
        if label is not None:
            found = label_studio.of_cell(row[label].strip())
            labels.update(
                [row[label].strip()] if found is None else (each for each in found if isinstance(each, str))
            )
        values = {place: row[place].strip().lower() for place in asked_of}
        filled.update(place for place, value in values.items() if value)
        for place, value in values.items():
            if value in _TRUTH:
                good[place] += 1
            elif value:
                bad[place] += 1
                first_bad.setdefault(place, (number, row[place]))
    maybe.difference_update(bad)
    places = [place for place, kind in enumerate(kinds) if kind == "cat" or place in maybe & filled]
    return TableForm(
        header,
        separator,
        text,
        label,
        {place: header[place] for place in places},
        sorted(labels - {""}),
        {place: first for place, first in first_bad.items() if bad[place] < good[place]},
        {place: header[place] for place, kind in enumerate(kinds) if kind == "ent"},
    )


def _kinds(path: Path, header: Sequence[str]) -> list[str]:
    kinds = [
        "text" if name.lower() in _TEXTS else "label" if name.lower() in _LABELS else "_" for name in header
    ]
    for kind, least in (("text", 1), ("label", 0)):
        if not least <= kinds.count(kind) <= 1:
            number = "no column" if kind not in kinds else f"{kinds.count(kind)} columns"
            raise DataError(
                f"{number} of the header {', '.join(map(repr, header))} can be the {kind}",
                path=path,
                line=1,
                hint=_HINT,
            )
    return kinds


def _named(path: Path, header: Sequence[str], names: Sequence[str]) -> list[str]:
    wrong = [name for name in names if name not in NAMES]
    if wrong:
        problem = f"no column is called {wrong[0]!r}"
    elif names.count("text") != 1 or names.count("label") > 1:
        problem = "one column is 'text', and one at most 'label'"
    elif len(names) != len(header):
        problem = f"the file has {len(header)} columns: {', '.join(map(repr, header))}"
    else:
        return list(names)
    raise DataError(f"columns = {list(names)!r}: {problem}", path=path, hint=_HINT)


def _categories(form: TableForm, row: Sequence[str], chosen: Any) -> dict[str, float]:
    """The categories of a row. chosen: those that its cell lists, or its regions, as Label Studio writes them."""
    found = {}
    if chosen is not None:
        has_regions = bool(chosen) and isinstance(chosen[0], dict)
        found = {} if has_regions else {label: float(label in chosen) for label in form.labels}
    elif form.label is not None and row[form.label].strip():
        found = {label: float(label == row[form.label].strip()) for label in form.labels}
    for place, name in form.cats.items():
        value = row[place].strip().lower()
        number = _TRUTH.get(value, _score(value))
        if value and number is None:
            raise DataError(f"{row[place][:40]!r} in the column {name!r} is neither 1 nor 0", hint=_HINT)
        if number is not None:
            found[name] = number
    return found


def _score(value: str) -> float | None:
    """A number between 0 and 1, as predictions have; None for anything else."""
    try:
        number = float(value)
    except ValueError:
        return None
    return number if 0 <= number <= 1 else None


def _header(path: Path) -> tuple[list[str], str]:
    """The names of the columns, and what separates them: what makes the most columns of the first line."""
    line = next((line for _, line in _lines(path) if line.strip()), None)
    if line is None:
        raise DataError("the file holds nothing but blank lines", path=path)
    if line.lstrip().startswith('{"'):
        raise DataError(
            "the file holds JSON, and no table",
            path=path,
            hint='Call it .jsonl, or say what it is: format = "jsonl" in the reader\'s block, --converter jsonl.',
        )
    try:
        found = {separator: next(_reader([line], separator), []) for separator in _SEPARATORS}
    except csv.Error as error:
        raise DataError(f"the header can't be read: {error}", path=path) from error
    separator = max(_SEPARATORS, key=lambda each: len(found[each]))
    return [name.strip() for name in found[separator]], separator


def _reader(lines: Iterable[str], separator: str, *, strict: bool = False) -> Iterator[list[str]]:
    """The rows of lines, with texts of any length: `nlp.max_length` says how long one may be."""
    # The limit is one of the process; a higher one makes nobody's tables wrong.
    csv.field_size_limit(max(csv.field_size_limit(), _LONGEST))
    return csv.reader(lines, delimiter=separator, strict=strict)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines with their numbers, but for a first one that names the separator, as some spreadsheets write."""
    for number, line in numbered_lines(path):
        if number > 1 or line[:4].lower() != "sep=":
            yield number, line


def _rows(path: Path, header: Sequence[str], separator: str) -> Iterator[tuple[int, list[str]]]:
    """The rows below the header, with the lines where they begin."""
    last = 0

    def lines() -> Iterator[str]:
        nonlocal last
        for number, line in _lines(path):
            last = number
            yield f"{line}\n"

    reader = _reader(lines(), separator, strict=True)
    with collected("rows") as problems:
        is_header = True
        while True:
            begin = last + 1
            try:
                row = next(reader, None)
            except csv.Error as error:
                raise DataError(
                    f"the row that begins here can't be read: {error}",
                    path=path,
                    line=begin,
                    hint='A text with a quote in it stands in double quotes, and the quote is written twice: "".',
                ) from error
            if row is None:
                break
            if not any(row):
                continue
            if is_header:
                is_header = False
                continue
            if len(row) != len(header):
                problems.add(
                    DataError(
                        f"{len(row)} column{'s' if len(row) > 1 else ''} instead of {len(header)}",
                        path=path,
                        line=begin,
                        hint="A text with the separator, a quote or a line end in it stands in double quotes.",
                    )
                )
            elif not problems:
                yield begin, row
