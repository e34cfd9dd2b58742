"""Who reads which part of a corpus."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kernel.errors import DataError
from kernel.files.patterns import matching
from kernel.training.digests import digest_of as digest_of_places


def is_here(part: Any) -> bool:
    """Whether all files of a part are on this machine, by its `path`; one without a path is everywhere."""
    try:
        return all(place.exists() for place in _places(part))
    except (DataError, OSError):
        return False


def owners(every: Sequence[Sequence[bool]]) -> list[int]:
    """The rank that reads each part. every: by rank, which parts are there.

    The parts are dealt evenly; the first member takes those that nobody has, and says that they are missing.
    """
    numbers = [0] * len(every)
    found = []
    for part in range(len(every[0])):
        having = [rank for rank, there in enumerate(every) if there[part]] or [0]
        rank = min(having, key=lambda rank: (numbers[rank], rank))
        numbers[rank] += 1
        found.append(rank)
    return found


def digest_of(part: Any) -> str:
    """The digest of the data of a part, as it says itself or of its files; "" if it has none."""
    if callable(own := getattr(part, "digest", None)):
        return str(own())
    try:
        return str(digest_of_places(_places(part)).get("sha256", ""))
    except (DataError, OSError):
        # Who reads it says what is wrong.
        return ""


def _places(part: Any) -> list[Path]:
    path = getattr(part, "path", None)
    paths = [path] if isinstance(path, str | Path) else list(path or ())
    return [place for each in paths for place in matching(Path(each))]
