"""All that is wrong with a file, told at once."""

from collections.abc import Iterator
from contextlib import contextmanager

from kernel.errors import DataError

# Problems that are told one by one, and hints to all of them.
_SHOWN, _HINTS = 20, 3
# Problems after which a file is read no further: it is something else.
_MOST = 10_000


class Problems:
    """Problems of one file, in its order. noun: what has them, in the plural."""

    def __init__(self, noun: str) -> None:
        self._noun = noun
        self._shown: list[DataError] = []
        self._number = 0

    def __bool__(self) -> bool:
        return self._number > 0

    @property
    def are_told(self) -> bool:
        """Whether there are so many that they have been raised."""
        return self._number >= _MOST

    def add(self, error: DataError) -> None:
        """Keep a problem. DataError with all of them if they are so many that nothing more is worth reading."""
        self._number += 1
        if self._number <= _SHOWN:
            self._shown.append(error)
        if self._number == _MOST:
            raise self.error()

    def error(self) -> DataError:
        """One error for all of them; the error itself if it is the only one."""
        # Documents are made, and refused, some sentences later than their lines are read.
        shown = sorted(self._shown, key=lambda error: error.line or 0)
        first = shown[0]
        if self._number == 1:
            return first
        number = f"{self._number:,}" if self._number < _MOST else f"{_MOST:,} or more"
        lines = [f"{number} {self._noun} can't be read:", *map(_told, shown)]
        if self._number > _SHOWN:
            lines.append(f"  and {self._number - _SHOWN:,} more")
        hints = list(dict.fromkeys(error.hint for error in shown if error.hint))[:_HINTS]
        return DataError("\n".join(lines), path=first.path, line=first.line, hint="\n".join(hints))


def _told(error: DataError) -> str:
    places = (("line", error.line), ("document", error.document), ("offset", error.offset))
    where = ", ".join(f"{name} {place}" for name, place in places if place is not None)
    return f"  {where}: {error.detail}" if where else f"  {error.detail}"


@contextmanager
def collected(noun: str) -> Iterator[Problems]:
    """`Problems` to add to, which are raised at the end of the block, with an error that ends it."""
    problems = Problems(noun)
    try:
        yield problems
    except DataError as error:
        if not problems or problems.are_told:
            raise
        problems.add(error)
    if problems:
        raise problems.error()
