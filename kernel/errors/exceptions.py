"""Exceptions of kernel: each says what is wrong, where, and what to do, and carries an exit code.

Exit codes of the command line: 1 the run failed, 2 the config, the data or the command line is wrong,
3 a plugin or a `--code` file is broken.

Each is also one of Python's own exceptions, the one that callers expect there: `except ValueError` catches what is wrong
with a value, `except OSError` a pipeline that isn't found. What reports the error of somebody's code can be caught as that
error too: see `kernel.errors.keep`.
"""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike

from kernel.errors.problems import Problem, report
from kernel.visible import visible, visible_line


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


class ConfigError(KernelError, ValueError):
    """A config that can't be used; `problems` holds everything that is wrong with it."""

    exit_code = 2

    def __init__(self, problems: str | Problem | Sequence[Problem], *, hint: str = "") -> None:
        if isinstance(problems, str):
            problems = Problem(problems)
        self.problems = [problems] if isinstance(problems, Problem) else list(problems)
        super().__init__(report(self.problems), hint=hint)
        self.exit_code = min((problem.exit_code for problem in self.problems), default=2)


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


class MissingVectors(DataError):
    """Word vectors that a model needs, of a vocabulary that has none."""


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


class KernelWarning(UserWarning):
    """Something the user should look at that doesn't stop the run."""
