"""The form of a column file: what each of its columns is, told by the whole file or named by the user."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kernel.errors import DataError
from kernel_readers.formats.tags import looks_like_tag, scheme_of
from kernel_readers.lines import numbered_lines

DOCUMENT_MARK = "-DOCSTART-"
NAMES = ("word", "tag", "pos", "id", "_")
# A number of a token; a range of numbers, or a number between two, stands for no token.
_NUMBER = re.compile(r"\d{1,9}(?:[-.]\d{1,9})?")
_EMPTY = frozenset({"", "_", "-", "-X-"})
# Phrases, as in the chunk column of CoNLL-2000 and CoNLL-2003.
_CHUNKS = frozenset(["ADJP", "ADVP", "CONJP", "INTJ", "LST", "NP", "PP", "PRT", "SBAR", "UCP", "VP"])
_AT_ONCE = 10_000
_CLOSING = frozenset("LUES")


@dataclass(frozen=True)
class ColumnForm:
    """What the columns of a file are.

    size: number of columns, 0 if that differs from line to line. word, tag, pos, index: their places from 0, -1 for the
    last, None where there is none. scheme: of the entity tags. marks: lines that start a document.
    """

    size: int
    word: int = 0
    tag: int | None = -1
    pos: int | None = None
    index: int | None = None
    scheme: str = "BIO"
    is_biluo: bool = False
    marks: int = 0
    has_tabs: bool = False

    def __str__(self) -> str:
        named = {self.index: "number", self.word: "word", self.pos: "part-of-speech tag"}
        if self.tag is not None:
            named[self.tag % self.size if self.size else self.tag] = f"{self.scheme} tag"
        named.pop(None, None)
        places = sorted(place for place in named if place is not None)
        if not self.size:
            places = [place for place in (self.word, self.tag) if place is not None]
        *first, last = [named[place] for place in places]
        listed = f"{', '.join(first)} and {last}" if first else last
        rest = [str(place + 1) for place in range(self.size) if place not in places]
        unread = f" (not read: {', '.join(rest)})" if rest else ""
        return f"{self.size or 'a varying number of'} columns, {listed}{unread}"

    def is_token(self, columns: Sequence[str]) -> bool:
        """Whether a line that begins with # is a token, and no comment."""
        if len(columns) != (self.size or len(columns)) or len(columns) < 2 or self.index is not None:
            return False
        return self.tag is None or looks_like_tag(columns[self.tag])


def split(line: str) -> list[str]:
    """The columns of a line: between tabs if it has any, else between spaces. Other white space is a part of words."""
    if "\t" in line:
        return [column.strip(" ") for column in line.split("\t")]
    return [column for column in line.split(" ") if column]


def is_number(text: str) -> bool:
    """Whether a text may be the number of a token, or of something that is none."""
    return _NUMBER.fullmatch(text) is not None


def form_of(path: Path, names: Sequence[str] | None = None) -> ColumnForm:
    """The form of a file. names: of all its columns, see `NAMES`; None to find out.

    `DataError` where the file leaves open which columns are meant, rather than a guess.
    """
    facts = _Facts()
    for rows in _rows(path, facts):
        facts.add(rows)
    if names is not None:
        return _named(path, facts, names)
    if len(facts.sizes) != 1:
        if facts.all_numbers and facts.sizes:
            raise _unclear(
                path, "the first column holds numbers, and lines have different numbers of columns"
            )
        return _with_tag(facts, ColumnForm(0, pos=1), facts.last)
    size = next(iter(facts.sizes))
    index = _index(path, facts, size)
    word = 0 if index is None else 1
    tag = _tag(path, facts, range(word + 1, size))
    if tag is None:
        # The reader will say what is wrong with it.
        tag = size - 1
    pos = word + 1
    has_pos = word + 1 < size and pos != tag and not facts.values[pos].keys() <= _EMPTY
    form = ColumnForm(size, word, tag, pos if has_pos and pos < tag else None, index)
    return _with_tag(facts, form, facts.values[tag])


class _Facts:
    """What a file holds: rows by their number of columns, distinct values by column, and documents.

    last: the values of the last columns, whatever their place. all_numbers: whether all first columns are numbers, consecutive: and
    count the tokens.
    """

    def __init__(self) -> None:
        self.sizes: Counter[int] = Counter()
        self.values: list[Counter[str]] = []
        self.last: Counter[str] = Counter()
        self.tabs = self.marks = 0
        self.all_numbers = self.consecutive = True

    def add(self, rows: list[list[str]]) -> None:
        sizes = Counter(map(len, rows))
        self.sizes.update(sizes)
        if len(self.sizes) == 1:
            self.values += [Counter() for _ in range(max(sizes) - len(self.values))]
            for counter, column in zip(self.values, zip(*rows, strict=True), strict=True):
                counter.update(column)
        self.last.update(row[-1] for row in rows)


def _rows(path: Path, facts: _Facts) -> Iterator[list[list[str]]]:
    """The rows of tokens, many at once; lines that begin with # are left to the reader."""
    rows: list[list[str]] = []
    expected: tuple[int, ...] = (0, 1)
    for _, line in numbered_lines(path):
        if not line.strip():
            expected = (*expected[-1:], 0, 1)
            continue
        if line.startswith("#"):
            facts.marks += line[1:].split("=", 1)[0].split()[:1] == ["newdoc"]
            continue
        columns = split(line)
        if columns[0] == DOCUMENT_MARK:
            facts.marks += 1
            continue
        facts.tabs += "\t" in line
        if facts.all_numbers:
            if not is_number(columns[0]):
                facts.all_numbers = False
            elif columns[0].isdecimal():
                facts.consecutive = facts.consecutive and int(columns[0]) in expected
                expected = (int(columns[0]) + 1,)
        rows.append(columns)
        if len(rows) == _AT_ONCE:
            yield rows
            rows = []
    if rows:
        yield rows


def _index(path: Path, facts: _Facts, size: int) -> int | None:
    if size < 3 or not facts.all_numbers or facts.sizes[size] < 2:
        return None
    if not facts.consecutive:
        raise _unclear(path, "the first column holds numbers only, which do not count the words")
    return 0


def _tag(path: Path, facts: _Facts, places: range) -> int | None:
    """The column of entity tags, None if there is none. One with labels stands before those that say O throughout."""
    total = sum(facts.sizes.values())
    found = []
    for place in places:
        values = facts.values[place]
        alike = sum(number for value, number in values.items() if looks_like_tag(value))
        if 2 * alike > total and not values.keys() <= _EMPTY:
            found.append(place)
    named = [place for place in found if (labels := _labels(facts.values[place])) and not labels <= _CHUNKS]
    if len(named) > 1:
        shown = " and ".join(str(place + 1) for place in named)
        raise _unclear(
            path,
            f"the columns {shown} both hold entity tags"
            if len(named) == 2
            else f"the columns {shown} hold entity tags",
        )
    chosen = named or found
    return chosen[-1] if chosen else None


def _labels(values: Counter[str]) -> set[str]:
    return {value[2:] for value in values if len(value) > 2 and looks_like_tag(value)}


def _named(path: Path, facts: _Facts, names: Sequence[str]) -> ColumnForm:
    wrong = [name for name in names if name not in NAMES]
    if wrong or names.count("word") != 1 or any(names.count(name) > 1 for name in ("tag", "pos", "id")):
        problem = (
            f"no column is called {wrong[0]!r}" if wrong else "one column is 'word', and none is named twice"
        )
        raise DataError(
            f"columns = {list(names)!r}: {problem}",
            path=path,
            hint="Names: word; tag, an entity tag; pos, a part-of-speech tag; id and _ are not read.",
        )
    tag, pos, index = (names.index(name) if name in names else None for name in ("tag", "pos", "id"))
    form = ColumnForm(len(names), names.index("word"), tag, pos, index)
    values = facts.values[tag] if tag is not None and tag < len(facts.values) else Counter()
    return _with_tag(facts, form, values)


def _with_tag(facts: _Facts, form: ColumnForm, values: Counter[str]) -> ColumnForm:
    tags = [value for value in values if looks_like_tag(value)]
    closing = any(tag[0] in _CLOSING and len(tag) > 2 for tag in tags)
    has_tabs = 2 * facts.tabs > sum(facts.sizes.values())
    return ColumnForm(
        form.size, form.word, form.tag, form.pos, form.index, scheme_of(tags), closing, facts.marks, has_tabs
    )


def _unclear(path: Path, what: str) -> DataError:
    return DataError(
        what,
        path=path,
        hint='Name all columns in the reader\'s block, for example: columns = ["id", "word", "tag", "_"]. tag is the entity '
        "tag, pos a part-of-speech tag, id and _ are not read.",
    )
