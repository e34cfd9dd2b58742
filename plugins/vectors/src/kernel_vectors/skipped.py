"""What of a file is left out, and why: counted, the first places kept, and told in one warning."""

import re

from kernel.errors import DataError, warn

_SHOWN = 5
# A file of which more is left out is something else than it seems. So many are always allowed.
_MOST, _FREE = 0.1, 100

_COMMA = re.compile(r"(?<![\w,])-?[0-9]+,[0-9]+(?![\w,])")
COMMAS = "Its numbers have decimal commas. Write them with points: 0.5, not 0,5."
_ENCODING = "It may be in an older encoding. Convert it: iconv -f LATIN1 -t UTF-8 FILE > vectors.txt"
_OTHER = "Is it a file of word vectors, and the width that its first line says the right one?"


class Skipped:
    """The rows of a file that are left out. path: the file. unit: what its places count, "line" or "row"."""

    def __init__(self, path: str, unit: str) -> None:
        self._path = path
        self.unit = unit
        self._bad = 0
        self._again = 0
        self._first: list[str] = []
        self._first_again: list[str] = []

    def add(self, place: int, reason: str) -> None:
        """Leave out what can't be used."""
        self._bad += 1
        if len(self._first) < _SHOWN:
            self._first.append(f"{self.unit} {place}: {reason}")

    def add_repeated(self, place: int, word: str) -> None:
        """Leave out a word that was there before."""
        self._again += 1
        if len(self._first_again) < _SHOWN:
            self._first_again.append(f"{self.unit} {place}: {word!r}")

    def check(self, place: int) -> None:
        """`DataError` if so much is left out that the file can't be what it seems. place: how far it is read."""
        if self._bad > max(_FREE, _MOST * place):
            raise DataError(
                f"{self._bad:,} of the first {place:,} {self.unit}s can't be read: {'; '.join(self._first)}",
                path=self._path,
                hint=self._advice() or _OTHER,
            )

    def _advice(self) -> str:
        """What to do, where the first lines that can't be read show what is the matter; "" where they don't."""
        if any(reason.endswith("is not UTF-8") for reason in self._first):
            return _ENCODING
        return COMMAS if any(map(has_comma, self._first)) else ""

    def tell(self) -> None:
        """One warning for all that was left out of each kind, none if there is nothing."""
        if self._bad:
            warn(
                f"{self._path}: {_number(self._bad, self.unit)} left out, which can't be read: {_listed(self._first, self._bad)}"
            )
        if self._again:
            warn(
                f"{self._path}: {_number(self._again, self.unit)} left out, whose word was there before: "
                f"{_listed(self._first_again, self._again)}. The first vector of a word counts"
            )


def has_comma(text: str) -> bool:
    """Whether a text has a number with a decimal comma."""
    return _COMMA.search(text) is not None


def _number(number: int, unit: str) -> str:
    return f"1 {unit} was" if number == 1 else f"{number:,} {unit}s were"


def _listed(first: list[str], number: int) -> str:
    more = f"; and {number - len(first):,} more" if number > len(first) else ""
    return "; ".join(first) + more
