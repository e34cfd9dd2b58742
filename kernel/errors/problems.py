"""What is wrong in a config, as a message that says where: the line with a caret under it, what was expected, what to do."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from textwrap import wrap
from typing import Any

from kernel.visible import visible

# Longest part of a line that is shown, in characters.
_EXCERPT = 100
# Problems that one report shows; nobody mends more at a time.
_MOST = 20
_WRAPPING: dict[str, Any] = {"break_long_words": False, "break_on_hyphens": False}


@dataclass(frozen=True)
class Cause:
    """What is behind several problems of a config, so that it is said once, at the first of them.

    message: what is wrong, with `{count}` for their number. suggestion: what to do.
    """

    message: str
    suggestion: str


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong in a config.

    file, line, column: where it is written, 1-based. path: dotted path in the config. value: the offending
    value, as JSON text. expected: what the place takes, and who says so. suggestion: the nearest right
    name or the next step. origin: where the value comes from (a file, an override, the environment, a
    default). setting: for whoever doesn't know where its block stands, such as a registered function: dotted path from there. exit_code: 3 if not the config is wrong, but a package or --code file that it names. text: the line
    as written, without its neighbours; width: how many of its columns are meant. cause: what it shares with others.
    """

    message: str
    file: str | None = None
    line: int | None = None
    column: int | None = None
    path: str | None = None
    value: str | None = None
    expected: str | None = None
    suggestion: str | None = None
    origin: str | None = None
    setting: str | None = None
    exit_code: int = 2
    text: str | None = None
    width: int = 1
    cause: Cause | None = None

    @property
    def location(self) -> str:
        """`file:line:column`, as far as known."""
        if self.line is None:
            return self.file or ""
        parts = [self.file or "config", str(self.line)]
        if self.column is not None:
            parts.append(str(self.column))
        return ":".join(parts)

    def __str__(self) -> str:
        head = ": ".join(part for part in (self.location, self.path, self.message) if part)
        shown = self.value if self.value is None or self.value not in (self.text or "") else None
        details = (
            ("found", shown),
            ("expected", self.expected),
            ("set by", self.origin),
            ("hint", self.suggestion),
        )
        lines = [visible(head), *self._excerpt()]
        for name, text in details:
            if text:
                lines += wrap(
                    visible(f"{name}: {text}"),
                    110,
                    initial_indent="    ",
                    subsequent_indent="        ",
                    **_WRAPPING,
                )
        return "\n".join(lines)

    def _excerpt(self) -> list[str]:
        """The line with a caret under what is meant, cut where it is long."""
        if self.text is None or self.column is None:
            return []
        start = 0 if len(self.text) <= _EXCERPT else max(0, self.column - 1 - _EXCERPT // 3)
        shown = self.text[start : start + _EXCERPT].rstrip()
        dots = "..." if start else ""
        before = shown[: self.column - 1 - start]
        width = max(1, min(self.width, len(shown) - len(before)))
        more = "..." if len(self.text.rstrip()) > start + _EXCERPT else ""
        blank = "".join(mark if mark == "\t" else " " * _columns(mark) for mark in dots + visible(before))
        carets = "^" * max(1, sum(map(_columns, visible(shown[len(before) : len(before) + width]))))
        return [f"    {dots}{visible(shown)}{more}", f"    {blank}{carets}"]


def _columns(mark: str) -> int:
    """Columns of a character on a terminal."""
    if unicodedata.combining(mark):
        return 0
    return 2 if unicodedata.east_asian_width(mark) in "WF" else 1


def report(problems: Sequence[Problem]) -> str:
    """The first of the problems, with their number; those of one cause are one of them."""
    said = _told_once(problems)
    lines = [str(problem) for problem in said[:_MOST]]
    if len(said) > 1:
        lines.insert(0, f"{len(said)} problems in the config")
    if len(said) > _MOST:
        lines.append(f"and {len(said) - _MOST} more: kernel debug config --format json lists all")
    return "\n".join(lines)


def _told_once(problems: Sequence[Problem]) -> list[Problem]:
    """The problems, with those of one cause as one, at the place of the first, and each that says the same once."""
    counts = Counter(problem.cause for problem in problems)
    found: dict[Cause | str, Problem] = {}
    for problem in problems:
        cause = problem.cause
        if cause is None or counts[cause] == 1:
            found.setdefault(str(problem), problem)
        elif cause not in found:
            message = cause.message.format(count=counts[cause])
            found[cause] = replace(
                problem, message=message, path=None, value=None, expected=None, suggestion=cause.suggestion
            )
    return list(found.values())
