"""Sets of dotted paths, and which of them lie around or inside of another."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any


def upwards(path: str) -> Iterator[str]:
    """A path, what it lies in, and so on: `a.b.c`, `a.b`, `a`."""
    yield path
    while "." in path:
        path = path.rpartition(".")[0]
        yield path


def all_paths(data: dict[str, Any], prefix: str = "") -> list[str]:
    """Dotted paths of all sections and values."""
    paths = []
    for key, value in data.items():
        paths.append(f"{prefix}{key}")
        if isinstance(value, dict):
            paths.extend(all_paths(value, f"{prefix}{key}."))
    return paths


class Paths:
    """A set of dotted paths that can tell what it overlaps with, in the time that the depth of a path takes."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = set(paths)
        # Of every path that something lies in: how many do.
        self._inside = Counter(around for path in self._paths for around in upwards(path) if around != path)

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def covers(self, path: str) -> bool:
        """Whether the path, or anything that it lies in, is in the set."""
        return not self._paths.isdisjoint(upwards(path))

    def overlaps(self, path: str) -> bool:
        """Whether the path, anything that it lies in, or anything inside of it is in the set."""
        return path in self._inside or self.covers(path)


class Referrers:
    """Which values refer to a path, to what it lies in, or to something inside of it."""

    def __init__(self, references: Iterable[tuple[str, Iterable[str]]]) -> None:
        """references: (path of a value, paths that it refers to)."""
        self._to: defaultdict[str, set[str]] = defaultdict(set)
        self._into: defaultdict[str, set[str]] = defaultdict(set)
        for path, names in references:
            for name in names:
                first, *around = upwards(name)
                self._to[first].add(path)
                for one in around:
                    self._into[one].add(path)

    def take(self, path: str) -> set[str]:
        """The values that refer to a path, other than itself. Each is told of once, so that all of them take no longer
        than there are references."""
        found: set[str] = set()
        for group in [self._into.get(path), *map(self._to.get, upwards(path))]:
            if group:
                found |= group - {path}
                group.intersection_update({path})
        return found
