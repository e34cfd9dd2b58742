"""Exceptions of kernel: each says what is wrong, where, and what to do, and carries an exit code.

Exit codes of the command line: 1 the run failed, 2 the config, the data or the command line is wrong,
3 a plugin or a `--code` file is broken.

Each is also one of Python's own exceptions, the one that callers expect there: `except ValueError` catches what is wrong
with a value, `except OSError` a pipeline that isn't found. What reports the error of somebody's code can be caught as that
error too: see `keep`.
"""

from __future__ import annotations

import logging
import sys
import unicodedata
import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from os import PathLike
from textwrap import wrap
from typing import Any, TypeVar

from kernel.visible import visible, visible_line

# Longest part of a line that is shown, in characters.
_EXCERPT = 100
# Problems that one report shows; nobody mends more at a time.
_MOST_PROBLEMS = 20
# What errors of ours hold.
_FACTS = (
    "message",
    "hint",
    "exit_code",
    "detail",
    "path",
    "line",
    "document",
    "offset",
    "problems",
    "__notes__",
)
# What steers Python rather than reports: inside of a generator it would mean something else.
_CONTROL = (StopIteration, StopAsyncIteration, GeneratorExit, KeyboardInterrupt, SystemExit)
# Problems that one report shows; nobody mends more at a time.
_MOST_PROBLEMS = 20
_WRAPPING: dict[str, Any] = {"break_long_words": False, "break_on_hyphens": False}


class KernelError(Exception):
    """Base of every error that kernel raises on purpose.

    message: what is wrong. hint: what to do about it, shown on a line of its own. In both of them, whatever a terminal would
    obey is an escape: they quote files and packages of others.
    """

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        message, hint = visible(message), visible(hint)
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message


class UsageError(KernelError, ValueError):
    """The command line, or a call, asks for something impossible."""

    exit_code = 2


class MissingName(UsageError, KeyError):
    """A name that nothing has, where one was to be looked up: of a component, of an attribute."""


class WrongType(UsageError, TypeError):
    """A value of a type that can't stand there at all."""


class MissingPath(UsageError, FileNotFoundError):
    """A pipeline or a file that isn't where it was looked for."""


class Locked(UsageError):
    """Another process or thread is writing to the same place."""


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
    default). exit_code: 3 if not the config is wrong, but a package or --code file that it names. text: the line
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


class ConfigError(KernelError, ValueError):
    """A config that can't be used; `problems` holds everything that is wrong with it."""

    exit_code = 2

    def __init__(self, problems: str | Problem | Sequence[Problem], *, hint: str = "") -> None:
        if isinstance(problems, str):
            problems = Problem(problems)
        self.problems = [problems] if isinstance(problems, Problem) else list(problems)
        said = _told_once(self.problems)
        lines = [str(problem) for problem in said[:_MOST_PROBLEMS]]
        if len(said) > 1:
            lines.insert(0, f"{len(said)} problems in the config")
        if len(said) > _MOST_PROBLEMS:
            lines.append(
                f"and {len(said) - _MOST_PROBLEMS} more: kernel debug config --format json lists all"
            )
        text = "\n".join(lines)
        super().__init__(text, hint=hint)
        self.exit_code = min((problem.exit_code for problem in self.problems), default=2)


def _told_once(problems: Sequence[Problem]) -> list[Problem]:
    """The problems, with those of one cause as one, at the place of the first."""
    counts = Counter(problem.cause for problem in problems)
    found: dict[Cause | int, Problem] = {}
    for number, problem in enumerate(problems):
        cause = problem.cause
        if cause is None or counts[cause] == 1:
            found[number] = problem
        elif cause not in found:
            message = cause.message.format(count=counts[cause])
            found[cause] = replace(
                problem, message=message, path=None, value=None, expected=None, suggestion=cause.suggestion
            )
    return list(found.values())


class DataError(KernelError, ValueError):
    """Training or evaluation data that can't be read; the message starts with where, `detail` is the rest."""

    exit_code = 2

    def __init__(
        self,
        message: str,
        *,
        path: str | PathLike[str] | None = None,
        line: int | None = None,
        document: int | str | None = None,
        offset: int | None = None,
        hint: str = "",
    ) -> None:
        self.detail = message
        self.path = path
        self.line = line
        self.document = document
        self.offset = offset
        inside = []
        if document is not None:
            inside.append(f"document {visible_line(str(document))}")
        if offset is not None:
            inside.append(f"offset {offset}")
        where = ":".join(visible_line(str(part)) for part in (path, line) if part is not None)
        head = [part for part in (where, ", ".join(inside)) if part]
        super().__init__(": ".join([*head, message]), hint=hint)

    def at(
        self,
        path: str | PathLike[str],
        *,
        line: int | None = None,
        document: int | str | None = None,
        offset: int | None = None,
    ) -> DataError:
        """The same error with the place in the file that the data came from."""
        offset = self.offset if offset is None else offset
        return DataError(self.detail, path=path, line=line, document=document, offset=offset, hint=self.hint)


class UnknownKey(DataError, KeyError):
    """A key in annotated data that means nothing here."""


class UnknownLabel(DataError):
    """A gold label that a component does not have, and can't take any more."""


class OutOfRange(DataError, IndexError):
    """A place outside of a text: a token, or a span."""


class Unsupported(DataError, NotImplementedError):
    """What a language, or a component, has no code for."""


class RegistryError(KernelError, ValueError):
    """A name that no registry knows."""

    exit_code = 2


class UnknownLanguage(RegistryError, ImportError):
    """A language that no installed package has."""


class NameConflict(RegistryError):
    """Two different things claim one name."""

    exit_code = 3


class PluginError(RegistryError):
    """Something is wrong with a package, not with the config that names it.

    kind, name: what was asked for. distribution, version, target: the package and where it says that the thing is.
    Those that don't apply are "".
    """

    exit_code = 3

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        kind: str = "",
        name: str = "",
        distribution: str = "",
        version: str = "",
        target: str = "",
    ) -> None:
        super().__init__(message, hint=hint)
        self.kind = kind
        self.name = name
        self.distribution = distribution
        self.version = version
        self.target = target


class PluginLoadError(PluginError):
    """A plugin that fails when it is imported."""


class IncompatiblePlugin(PluginError):
    """A plugin that was made for another version of kernel."""


class LentModuleError(KernelError, ImportError):
    """A module that a package lends to the namespace `kernel`, and that can't be imported."""

    exit_code = 3


class CodeError(KernelError):
    """A `--code` file that fails when it is imported."""

    exit_code = 3


class TrainingError(KernelError):
    """A training run that can't go on."""


class CallbackError(TrainingError):
    """A callback that raised an error during a run."""


Kind = TypeVar("Kind", bound=KernelError)


def keep(error: Kind, cause: BaseException) -> Kind:
    """An error that reports another one, made so that it can be caught as that too, with the attributes that it has.

    Where that can't be (Python doesn't combine any two classes), it is the error that was given.
    """
    kinds: tuple[Any, Any] = (type(error), type(cause))
    made = None if isinstance(error, kinds[1]) else _both(*kinds)
    if made is None:
        return error
    try:
        # Neither constructor runs: who knows what the other one does, or wants.
        kept: Kind = type(cause).__new__(made)
        for name in ("errno", "strerror", "filename") if isinstance(cause, OSError) else ():
            setattr(kept, name, getattr(cause, name))
        kept.__dict__.update({**getattr(cause, "__dict__", {}), **error.__dict__})
        kept.args = error.args
        if isinstance(kept, DataError):
            kept.detail = error.message
    except Exception:  # noqa: BLE001 (what a user's class does when one is made)
        return error
    return kept


@lru_cache(maxsize=256)
def _both(ours: Any, theirs: Any) -> Any:
    """A class that is one of ours, and of the class of the error that it reports; None if Python can't make it."""
    if theirs is ours or issubclass(theirs, _CONTROL):
        return None
    bases = (theirs,) if issubclass(theirs, ours) else (ours, theirs)
    content = {
        "__module__": ours.__module__,
        "__doc__": ours.__doc__,
        "__reduce__": _reduced,
        "exit_code": ours.exit_code,
        "made_of": (ours, theirs),
    }
    try:
        return type(ours.__name__, bases, content)
    except TypeError:
        return None


def _reduced(error: Any) -> tuple[Any, ...]:
    # By the parts, as nobody finds the class by its name. What the other error had beside is left: who knows what it is.
    ours, theirs = error.made_of
    facts = {name: error.__dict__[name] for name in _FACTS if name in error.__dict__}
    return _rejoined, (ours, theirs if _has_a_place(theirs) else ours, facts)


def _has_a_place(kind: Any) -> bool:
    """Whether a class is found by its name, and not hidden in a function."""
    place: Any = sys.modules.get(kind.__module__)
    for part in kind.__qualname__.split("."):
        place = getattr(place, part, None)
    return place is kind


def _rejoined(ours: Any, theirs: Any, facts: dict[str, Any]) -> Any:
    error = theirs.__new__(_both(ours, theirs) or ours)
    error.args = (facts["message"],)
    error.__dict__.update(facts)
    return error


class KernelWarning(UserWarning):
    """Something the user should look at that doesn't stop the run."""


def warn(message: str) -> None:
    """Issue a KernelWarning. The command line shows each message once and counts them."""
    warnings.warn(KernelWarning(visible(message)), stacklevel=2)


def note(message: str) -> None:
    """Tell what was done and is as it should be: a record of level INFO of the logger `kernel`.

    The command line shows each message once.
    """
    logging.getLogger("kernel").info("%s", visible(message))
