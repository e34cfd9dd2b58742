"""Where the values of a config come from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from kernel.errors import Problem

FILE = "file"
DEFAULT = "default"
OVERRIDE = "override"
ENVIRONMENT = "environment"


@dataclass(frozen=True, slots=True)
class Source:
    """Origin of one value or section.

    kind: FILE, DEFAULT, OVERRIDE or ENVIRONMENT. name: the file, or the override as the user wrote it.
    line: where the value starts, 1-based; columns: where each of its lines starts; key_column: where its
    key does. text: the value as written. comments: the comment lines above it, as written. is_new: an
    override of something that no file or default had.
    """

    kind: str
    name: str
    line: int | None = None
    columns: tuple[int, ...] = ()
    key_column: int | None = None
    text: str | None = None
    comments: tuple[str, ...] = ()
    is_new: bool = False

    @property
    def is_override(self) -> bool:
        return self.kind in (OVERRIDE, ENVIRONMENT)

    @property
    def column(self) -> int | None:
        return self.columns[0] if self.columns else None

    def place(self, offset: int) -> tuple[int | None, int | None]:
        """Line and column of a position in the text."""
        if self.line is None or self.text is None:
            return self.line, self.column
        before = self.text[:offset].split("\n")
        return self.line + len(before) - 1, self.columns[len(before) - 1] + len(before[-1])

    def describe(self) -> str | None:
        """How to say where the value was set; None for a plain file, whose position says it all."""
        if self.kind == OVERRIDE:
            return f"override {self.name}"
        if self.kind == ENVIRONMENT:
            return f"environment variable {ENVIRONMENT_VARIABLE} ({self.name})"
        if self.kind == DEFAULT:
            return f"default ({self.name})"
        return None


# Sources of a config, by dotted path.
Sources = dict[str, Source]

ENVIRONMENT_VARIABLE = "KERNEL_CONFIG_OVERRIDES"


def nearest(sources: Sources, path: str) -> tuple[Source | None, bool]:
    """The source of a path, or of the closest thing around it; and whether it is the path's own."""
    own = True
    while path:
        if path in sources:
            return sources[path], own
        own = False
        path = path.rpartition(".")[0]
    return None, False


def merge_sources(base: Sources, updates: Sources, in_base: Callable[[str], bool]) -> Sources:
    """Sources of a merged config. Comments of a replaced value stay unless the new one has its own."""
    result = dict(base)
    for path, source in updates.items():
        old = base.get(path)
        if old is not None and old.comments and not source.comments:
            source = replace(source, comments=old.comments)
        if source.is_new and in_base(path):
            source = replace(source, is_new=False)
        result[path] = source
    return result


def problem_at(
    sources: Sources,
    path: str,
    message: str,
    *,
    key: bool = False,
    value: str | None = None,
    expected: str | None = None,
    suggestion: str | None = None,
) -> Problem:
    """A problem with the place and the origin of what stands at a path. key: the key itself is wrong."""
    source, own = nearest(sources, path)
    if source is None:
        return Problem(message, path=path or None, value=value, expected=expected, suggestion=suggestion)
    origin = source.describe()
    if source.line is None:
        return Problem(message, None, None, None, path, value, expected, suggestion, origin)
    column = source.key_column if key and own else source.column
    return Problem(
        message, source.name, source.line, column, path or None, value, expected, suggestion, origin
    )
