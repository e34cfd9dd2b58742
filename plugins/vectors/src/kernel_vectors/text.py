"""Rows of text: a word and its numbers, with spaces or tabs between them. Of word2vec, fastText, GloVe and floret."""

import io
from collections.abc import Iterator

import numpy as np

from kernel.errors import DataError
from kernel_vectors.numbers import parse
from kernel_vectors.skipped import Skipped
from kernel_vectors.source import CUT_OFF, Block, check_rows

# A longer line is none of such a file. Rows of a block; numbers that are parsed at once.
_LONGEST = 1 << 22
_ROWS = 1024
_NUMBERS = 12_000


def read_rows(
    stream: io.BufferedReader,
    path: str,
    width: int,
    skipped: Skipped,
    *,
    line: int,
    rows: int | None = None,
    has_tabs: bool = False,
) -> Iterator[Block]:
    """The rows of a stream. A word may have spaces inside: the last `width` fields are the numbers.

    line: number of the next one. rows: how many the header says; fewer are a `DataError`, more a warning. has_tabs: fields
    are separated by tabs. A line that can't be read is left out and noted; `DataError` if they are too many, or if the
    file ends within a line.
    """
    reader = _Reader(width, skipped)
    found = 0
    most = max(1, _NUMBERS // width)
    while True:
        text = stream.readline(_LONGEST)
        if not text:
            break
        is_ended = text.endswith(b"\n")
        if not is_ended and len(text) == _LONGEST:
            raise DataError(
                f"a line of more than {_LONGEST:,} bytes: this is no text of word vectors",
                path=path,
                line=line,
            )
        text = text.rstrip(b" \t\r\n")
        found += bool(text)
        reader.add(text.replace(b"\t", b" ") if has_tabs else text, line, is_ended=is_ended, path=path)
        if len(reader.texts) == most:
            reader.parse()
        line += 1
        if reader.rows >= _ROWS:
            skipped.check(line)
            yield reader.take()
    reader.parse()
    skipped.check(line)
    yield reader.take()
    # Last, so that who wants the first rows only gets them.
    check_rows(path, found, rows)


class _Reader:
    """Collects lines, whose numbers are parsed many at once."""

    def __init__(self, width: int, skipped: Skipped) -> None:
        self._width = width
        self._skipped = skipped
        # Of lines that are not parsed yet.
        self.texts: list[bytes] = []
        self._new_words: list[str] = []
        self._new_places: list[int] = []
        self._empty()

    def _empty(self) -> None:
        self._words: list[str] = []
        self._places: list[int] = []
        self._parts: list[np.ndarray[tuple[int, ...], np.dtype[np.float32]]] = []

    @property
    def rows(self) -> int:
        """Rows that are parsed and not taken."""
        return len(self._words)

    def add(self, text: bytes, line: int, *, is_ended: bool, path: str) -> None:
        """Split a line into word and numbers."""
        if not text:
            return
        fields = text.count(b" ")
        if fields == self._width:
            word, _, numbers = text.partition(b" ")
        elif fields > self._width:
            word = text.rsplit(b" ", self._width)[0]
            numbers = text[len(word) + 1 :]
        if fields < self._width or _has_numbers(word):
            if not is_ended:
                raise DataError(
                    f"the file ends within a line: it has {fields} numbers, and the others {self._width}",
                    path=path,
                    line=line,
                    hint=CUT_OFF,
                )
            self._skipped.add(line, f"{fields} numbers, not {self._width}")
            return
        if not word:
            self._skipped.add(line, "no word")
            return
        try:
            self._new_words.append(word.decode("utf-8"))
        except UnicodeDecodeError:
            self._skipped.add(line, f"the word {word!r} is not UTF-8")
            return
        self._new_places.append(line)
        self.texts.append(numbers)

    def parse(self) -> None:
        """Parse the numbers of the lines that were added."""
        if not self.texts:
            return
        rows = len(self.texts)
        found = parse(b" ".join(self.texts))
        if found is not None and len(found) == rows * self._width and np.isfinite(found).all():
            self._words += self._new_words
            self._places += self._new_places
            self._parts.append(found.reshape(rows, self._width))
        else:
            self._one_by_one()
        self.texts, self._new_words, self._new_places = [], [], []

    def _one_by_one(self) -> None:
        """The same for lines of which one or more can't be read."""
        for word, place, text in zip(self._new_words, self._new_places, self.texts, strict=True):
            found = parse(text)
            if found is None or len(found) != self._width:
                wrong = next((field for field in text.split(b" ") if _number(field) is None), b"")
                self._skipped.add(place, f"{wrong.decode('utf-8', 'replace')!r} is no number")
            elif not np.isfinite(found).all():
                wrong = text.split(b" ")[int(np.flatnonzero(~np.isfinite(found))[0])]
                self._skipped.add(place, f"{wrong.decode()!r} is no number of a vector")
            else:
                self._words.append(word)
                self._places.append(place)
                self._parts.append(found.reshape(1, self._width))

    def take(self) -> Block:
        """What is parsed; it is forgotten here."""
        vectors = np.concatenate(self._parts) if self._parts else np.zeros((0, self._width), np.float32)
        block = Block(self._words, self._places, vectors)
        self._empty()
        return block


def _has_numbers(word: bytes) -> bool:
    """Whether what is left of the last fields is not a word, but one and some numbers too many."""
    rest = word.split(b" ")[1:]
    return bool(rest) and all(b"." in field and _number(field) is not None for field in rest)


def _number(field: bytes) -> float | None:
    try:
        return float(field)
    except ValueError:
        return None
