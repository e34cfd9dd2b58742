"""The form of a column file: what each of its columns is, told by the whole file or named by the user."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kernel.errors import DataError
from kernel_readers.foreign_formats import check_known
from kernel_readers.formats.tags import looks_like_tag, scheme_of
from kernel_readers.lines import check_readable, raw_blocks

DOCUMENT_MARK = "-DOCSTART-"
NAMES = ("word", "tag", "pos", "id", "_")
# A number of a token; a range of numbers, or a number between two, stands for no token.
_NUMBER = re.compile(r"\d{1,9}(?:[-.]\d{1,9})?")
_EMPTY = frozenset({"", "_", "-", "-X-"})
_LETTERS, _DIGITS = re.compile(r"[^\W\d_]+"), re.compile(r"\d+")
# So many different numbered names in the first column, and nothing else, are no words.
_IDS = 3
# Phrases, as in the chunk column of CoNLL-2000 and CoNLL-2003.
_CHUNKS = frozenset(["ADJP", "ADVP", "CONJP", "INTJ", "LST", "NP", "PP", "PRT", "SBAR", "UCP", "VP"])
# What lines begin with that are, or may be, no tokens.
_SPECIAL = frozenset({b"#", b"-", b" ", b"\t", b""})
_CLOSING = frozenset("LUES")
_CLOSING_TAG = re.compile(rb"[\t ][LUES]-\S")
# Lines that begin with # and may be tokens that are looked at.
_MOST_CLOSING = 1000


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
    is_certain: bool = True
    """Whether the part of a file that was looked at tells this form of all of it: it has entities, or no entity tags."""

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
    columns = line.split(" ")
    return [column for column in columns if column] if "" in columns else columns


def is_number(text: str) -> bool:
    """Whether a text may be the number of a token, or of something that is none."""
    return _NUMBER.fullmatch(text) is not None


def form_of(path: Path, names: Sequence[str] | None = None) -> ColumnForm:
    """The form of a file. names: of all its columns, see `NAMES`; None to find out.

    `DataError` where the file leaves open which columns are meant, rather than a guess.
    """
    facts = _facts(path, with_first=names is not None and list(names[:1]) == ["tag"])
    if names is not None:
        return _named(path, facts, names)
    if len(facts.sizes) != 1:
        if facts.all_numbers and facts.sizes:
            raise _unclear(
                path, "the first column holds numbers, and lines have different numbers of columns"
            )
        return _with_tag(facts, ColumnForm(0, pos=1), facts.last)
    size = next(iter(facts.sizes))
    if size > 2 and len(facts.ids) == _IDS:
        shown = ", ".join(sorted(facts.ids))
        raise _unclear(path, f"the first column holds names that are numbered, and no words: {shown}")
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


@dataclass
class _Facts:
    """What a file holds.

    sizes: rows by their number of columns. values: of each column how often it has a value, if all rows have equally many;
    nothing of the first one, unless asked for. last: the values of the last columns, whatever their place. tabs: rows with
    tabs. marks: lines that start a document. all_numbers: whether all first columns are numbers, consecutive: and count on.
    ids: some of the first columns, if all of them are formed like numbered names, such as s1-1; else nothing. closing: lines
    that begin with #, and may be tokens with a tag of BILUO or BIOES.
    """

    sizes: Counter[int] = field(default_factory=Counter)
    values: list[Counter[str]] = field(default_factory=list)
    last: Counter[str] = field(default_factory=Counter)
    tabs: int = 0
    marks: int = 0
    all_numbers: bool = True
    consecutive: bool = True
    ids: set[str] = field(default_factory=set)
    closing: set[str] = field(default_factory=set)


def _facts(path: Path, *, with_first: bool) -> _Facts:
    """Look through a file. Lines that begin with # are left to the reader."""
    check_readable(path)
    check_known(path)
    survey = _Survey(with_first)
    for block in raw_blocks(path):
        survey.look_at(block)
    _take_apart(survey.facts, survey.firsts, survey.rests)
    return survey.facts


class _Survey:
    """Counts the lines of a file.

    firsts: the first columns, if they are asked for. rests: what follows them (without the separator, which is a tab or
    not), of which a file has few, unless the first is a number: only these are taken apart.
    """

    def __init__(self, with_first: bool) -> None:
        self.facts = _Facts()
        self.firsts: Counter[bytes] = Counter()
        self.rests: Counter[tuple[bytes, bool]] = Counter()
        self._with_first = with_first
        self._shape: str | None = None
        self._may_be_ids = True
        self._expected: tuple[int, ...] = (0, 1)

    def look_at(self, block: bytes) -> None:
        """Count the lines of a block: one by one what is unusual or may be numbered, all others at once."""
        lines = block.split(b"\n")
        if block.endswith(b"\n"):
            # What follows the last line's end is no line.
            lines.pop()
        if b"\r" in block:
            lines = [line.rstrip(b"\r") for line in lines]
        done = 0
        while done < len(lines) and (self._with_first or self.facts.all_numbers or self._may_be_ids):
            self._look_at_line(lines[done])
            done += 1
        lines = lines[done:]
        usual = [line for line in lines if line[:1] not in _SPECIAL]
        has_tabs = b"\t" in block
        separator = b"\t" if has_tabs else b" "
        rests = Counter([line.partition(separator)[2] for line in usual])
        if b"" in rests:
            unusual = lines
        else:
            unusual = [line for line in lines if line[:1] in _SPECIAL and line]
            self.facts.tabs += len(usual) * has_tabs
            for rest, number in rests.items():
                self.rests[rest, has_tabs] += number
        for line in unusual:
            self._look_at_line(line)

    def _look_at_line(self, line: bytes) -> None:
        facts = self.facts
        if line.lstrip(b" ")[:1] == b"#":
            facts.marks += line.lstrip(b" ")[1:].partition(b"=")[0].split()[:1] == [b"newdoc"]
            if _CLOSING_TAG.search(line) and len(facts.closing) < _MOST_CLOSING:
                facts.closing.add(line.decode("utf-8", "replace"))
            return
        if line[:1] == b" ":
            line = line.lstrip(b" ")
        has_tabs = b"\t" in line
        first, separator, rest = line.partition(b"\t" if has_tabs else b" ")
        if not separator and not first.decode("utf-8", "replace").strip() or has_tabs and not line.strip():
            # Words are counted on, or anew; one blank line says as much as several.
            self._expected = (self._expected[0], 0, 1)
            return
        if first == DOCUMENT_MARK.encode():
            facts.marks += 1
            return
        facts.tabs += has_tabs
        self.rests[rest, has_tabs] += 1
        if self._with_first:
            self.firsts[first] += 1
        if self._may_be_ids:
            self._look_for_id(first.decode("utf-8", "replace").strip(" "))
        if facts.all_numbers:
            facts.all_numbers = is_number(first.decode("ascii", "replace"))
            if first.isdigit() and facts.all_numbers:
                facts.consecutive = facts.consecutive and int(first) in self._expected
                self._expected = (int(first) + 1,)

    def _look_for_id(self, first: str) -> None:
        """Whether a first column is formed like all before it: letters, digits and signs at the same places."""
        shape = _DIGITS.sub("0", _LETTERS.sub("a", first))
        if self._shape is None and not is_number(first) and "0" in shape and shape != "0":
            self._shape = shape
        self._may_be_ids = shape == self._shape
        if not self._may_be_ids:
            self.facts.ids.clear()
        elif len(self.facts.ids) < _IDS:
            self.facts.ids.add(first)


def _take_apart(facts: _Facts, firsts: Counter[bytes], rests: Counter[tuple[bytes, bool]]) -> None:
    rows = []
    for (rest, has_tabs), number in rests.items():
        text = rest.decode("utf-8", "replace")
        columns = split(text if not has_tabs or "\t" in text else text + "\t")
        if has_tabs and "\t" not in text:
            columns.pop()
        rows.append((columns, number))
        facts.sizes[1 + len(columns)] += number
        facts.last.update({columns[-1].strip(): number} if columns else {})
    if len(facts.sizes) != 1:
        return
    facts.values = [Counter() for _ in range(next(iter(facts.sizes)))]
    facts.values[0].update({first.decode("utf-8", "replace"): number for first, number in firsts.items()})
    for columns, number in rows:
        for counter, value in zip(facts.values[1:], columns, strict=True):
            counter[value.strip()] += number


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
    if index is not None and _are_names(facts, index):
        index = None
    form = ColumnForm(len(names), names.index("word"), tag, pos, index)
    values = facts.values[tag] if tag is not None and tag < len(facts.values) else Counter()
    return _with_tag(facts, form, values)


def _are_names(facts: _Facts, place: int) -> bool:
    """Whether a column holds names of tokens rather than their numbers, which say what stands for no token."""
    if place == 0:
        return bool(facts.ids)
    return place < len(facts.values) and not any(map(is_number, facts.values[place]))


def _with_tag(facts: _Facts, form: ColumnForm, values: Counter[str]) -> ColumnForm:
    # Tokens that begin with #, such as hash tags, have tags as well.
    marked = [
        columns[form.tag]
        for line in facts.closing
        if form.tag is not None and form.is_token(columns := split(line))
    ]
    tags = [value for value in [*values, *marked] if looks_like_tag(value)]
    closing = any(tag[0] in _CLOSING and len(tag) > 2 for tag in tags)
    has_tabs = 2 * facts.tabs > sum(facts.sizes.values())
    return ColumnForm(
        form.size,
        form.word,
        form.tag,
        form.pos,
        form.index,
        scheme_of(tags),
        closing,
        facts.marks,
        has_tabs,
        form.tag is None or any(len(tag) > 2 for tag in tags),
    )


def _unclear(path: Path, what: str) -> DataError:
    return DataError(
        what,
        path=path,
        hint='Name all columns, for example: columns = ["id", "word", "tag", "_"] in the reader\'s block, --columns id,word,tag,_ '
        "of kernel convert. tag is the entity "
        "tag, pos a part-of-speech tag, id and _ are not read.",
    )
