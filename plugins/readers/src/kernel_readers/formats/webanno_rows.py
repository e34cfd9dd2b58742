"""The lines of WebAnno TSV: which layers there are, and the tokens, put together to a text."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from kernel.errors import DataError
from kernel_readers.formats.webanno_values import unescaped
from kernel_readers.lines import numbered_lines
from kernel_readers.problems import collected

BEGINNING = "#FORMAT=WebAnno TSV"
_VERSION = re.compile(rf"{BEGINNING} 3(?:\.\d+)?")
_LAYER = re.compile(r"#T_(SP|CH|RL)=(.+)")
_ID = re.compile(r"(\d{1,9})-(\d{1,9})(?:\.(\d{1,9}))?")
_PLACE = re.compile(r"(\d{1,12})-(\d{1,12})")


class Layer(NamedTuple):
    """A layer. kind: SP of spans, CH of chains, RL of relations. name: without its package. features: a column each."""

    kind: str
    full: str
    name: str
    features: tuple[str, ...]
    first: int


class Row(NamedTuple):
    """A line of a token, or of a part of one. start, end: in characters of the text."""

    number: int
    id: str
    token: int
    start: int
    end: int
    cells: list[str]


@dataclass
class Text:
    """The tokens of a file."""

    words: list[str] = field(default_factory=list)
    spaces: list[bool] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    sentences: list[int] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)


def parsed(path: Path) -> tuple[list[Layer], Text]:
    """The layers and the text of a file. DataError with the line for what is wrong."""
    layers: list[Layer] = []
    text = Text()
    with collected("lines") as problems:
        is_head, size, sentence = True, 3, "0"
        parser = _Tokens(text)
        for number, line in numbered_lines(path):
            if number == 1:
                if not _VERSION.fullmatch(line.strip()):
                    raise DataError(
                        f"expected {BEGINNING} 3.x, found {line[:60]!r}",
                        path=path,
                        line=1,
                        hint="Export the documents as WebAnno TSV v3.3.",
                    )
                continue
            if not line.strip():
                is_head = False
                continue
            if line[0] == "#" and not _ID.match(line):
                layer = _LAYER.fullmatch(line.strip()) if is_head else None
                if layer is not None:
                    name, *features = layer[2].split("|")
                    layers.append(
                        Layer(layer[1], name, name.rpartition(".")[2], tuple(features or [""]), size)
                    )
                    size += len(features or [""])
                continue
            try:
                sentence = parser.row(number, line, size, sentence)
            except DataError as error:
                problems.add(error.at(path, line=number))
    if not text.words:
        raise DataError("the file holds no tokens", path=path)
    return layers, text


class _Tokens:
    """Puts the tokens of lines together to a text."""

    def __init__(self, text: Text) -> None:
        self._text = text
        self._before = 0
        self._begin, self._form, self._size = 0, "", 0
        self._last = (0, 0)
        self._length = 0

    def row(self, number: int, line: str, size: int, sentence: str) -> str:
        """Add a line, and return the number of its sentence. DataError, without its place, for one that is wrong."""
        cells = line.split("\t")
        if len(cells) == size + 1 and not cells[-1].strip():
            cells.pop()
        if len(cells) != size:
            raise DataError(
                f"{len(cells)} columns instead of {size}: {line[:60]!r}",
                hint="The lines that begin with #T_ say which columns there are: an id, places, the token, and a column for each feature.",
            )
        id, place = _ID.fullmatch(cells[0]), _PLACE.fullmatch(cells[1])
        if id is None or place is None:
            raise DataError(
                f"expected 1-1 and 0-4, an id and places, found {cells[0][:20]!r} and {cells[1][:20]!r}"
            )
        begin, end, form = int(place[1]), int(place[2]), unescaped(cells[2])
        if id[3] is not None:
            self._part(number, cells, (int(id[1]), int(id[2])), begin, end)
            return id[1]
        self._check(cells[0], (int(id[1]), int(id[2])))
        wide = len(form.encode("utf-16-le", "surrogatepass")) // 2
        if not form or end - begin not in (wide, len(form)):
            raise DataError(f"the token {form[:60]!r} has {wide} characters, and its places {end - begin}")
        if begin < self._before:
            raise DataError(
                f"the token {form[:60]!r} begins at {begin}, before the end of the one before it, {self._before}"
            )
        text = self._text
        if text.words:
            text.spaces[-1] = begin > self._before
            self._length += text.spaces[-1]
        if id[1] != sentence:
            text.sentences.append(len(text.words))
        text.words.append(form)
        text.spaces.append(False)
        text.starts.append(self._length)
        text.rows.append(
            Row(number, cells[0], len(text.words) - 1, self._length, self._length + len(form), cells[3:])
        )
        self._before, self._begin, self._form, self._size = end, begin, form, wide
        self._length += len(form)
        return id[1]

    def _check(self, shown: str, id: tuple[int, int]) -> None:
        """Ids count tokens, and sentences."""
        sentence, token = self._last
        if id not in ((sentence, token + 1), (sentence + 1, 1)) or not token and id != (1, 1):
            raise DataError(f"the id {shown} does not follow {sentence}-{token}")
        self._last = id

    def _part(self, number: int, cells: list[str], id: tuple[int, int], begin: int, end: int) -> None:
        """A part of the token above it."""
        start = self._begin
        if id != self._last or not start <= begin < end <= self._before:
            raise DataError(f"{cells[0]} is no part of the token above it")
        first = self._length - len(self._form)
        text = self._text
        begin, end = (first + self._characters(place - start) for place in (begin, end))
        text.rows.append(Row(number, cells[0], len(text.words) - 1, begin, end, cells[3:]))

    def _characters(self, units: int) -> int:
        """Places count units of UTF-16."""
        if self._size == len(self._form) or self._before - self._begin != self._size:
            return units
        return len(self._form.encode("utf-16-le")[: 2 * units].decode("utf-16-le", "ignore"))
