"""Running a command: errors become a message and an exit code, warnings are shown once each and counted.

Exit codes: 0 fine, 1 the run failed, 2 config, data or command line, 3 a plugin or `--code` file, 130 interrupted,
143 ended by SIGTERM while it trained. A traceback is for errors that kernel did not foresee, or for `--traceback`.
"""

from __future__ import annotations

import logging
import os
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TextIO

import click

from kernel.cli.interrupts import INTERRUPTED, exit_code
from kernel.cli.say import say, say_text
from kernel.errors import KernelError, KernelWarning, LossWarning

if TYPE_CHECKING:
    from kernel.training.hooks import Call


def run(args: Sequence[str], *, monitor: Callable[[Call], None] | None = None) -> int:
    """Run a command line and return its exit code. monitor: hears of the events of a training, see `kernel.training.hooks`."""
    from kernel.cli.commands import cli

    words = [word for word in args if word != "--traceback"]
    with warnings.catch_warnings(), _notes():
        shown = _Warnings()
        shown.install()
        code = _code(words, cli, monitor, with_traceback=len(words) < len(args))
        shown.end()
    return code


def name_crashes() -> None:
    """Let Python say where it was when a plugin's compiled code, or a plugin, ends the process."""
    import faulthandler

    try:
        faulthandler.enable()
    except (AttributeError, OSError, ValueError, RuntimeError):
        # Standard error is closed, or no file.
        return


def _code(words: list[str], cli: click.Command, monitor: object, *, with_traceback: bool) -> int:
    try:
        result = cli.main(words, prog_name="kernel", standalone_mode=False, obj=monitor)
        sys.stdout.flush()
        # Without standalone mode, click returns the code of ctx.exit().
        return result if isinstance(result, int) else 0
    except click.ClickException as error:
        say_text(_shown(error), err=True, nl=False)
        return 2
    except (click.Abort, KeyboardInterrupt) as error:
        if isinstance(error.__cause__, EOFError):
            # click takes the end of a file for a user who has gone.
            return _unforeseen(error.__cause__, with_traceback)
        code = exit_code(error)
        say("interrupted" if code == INTERRUPTED else "terminated", err=True)
        return code
    except KernelError as error:
        if with_traceback:
            _show_traceback(error)
        say_text(f"error: {error}", err=True)
        return error.exit_code
    except SystemExit as error:
        # A package's command says so itself.
        return error.code if isinstance(error.code, int) else int(error.code is not None)
    except BrokenPipeError:
        # The reader of our output has gone.
        _silence()
        return 1
    except OSError as error:
        from kernel.cli.writing import is_full, unwritable

        if not is_full(error):
            return _unforeseen(error, with_traceback)
        if with_traceback:
            _show_traceback(error)
        _silence()
        failed = unwritable(error.filename or "the output", error)
        say_text(f"error: {failed}", err=True)
        return failed.exit_code
    except Exception as error:  # noqa: BLE001
        return _unforeseen(error, with_traceback)


def _silence() -> None:
    """Drop what standard output still holds: Python would complain again when it flushes at exit."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _unforeseen(error: BaseException, with_traceback: bool) -> int:
    from kernel.registries.blame import describe_error, place_of

    if place_of(error) and not with_traceback:
        say_text(f"error: {describe_error(error)}\nkernel --traceback shows how it was called.", err=True)
        return 1
    _show_traceback(error)
    say("error: kernel did not expect this; the traceback above shows where it comes from", err=True)
    return 1


def _show_traceback(error: BaseException) -> None:
    say_text("".join(traceback.format_exception(error)), err=True, nl=False)


def _shown(error: click.ClickException) -> str:
    """What click says of a wrong command line."""
    from io import StringIO

    file = StringIO()
    error.show(file)
    return file.getvalue()


class _Warnings:
    """Prints each kernel warning once. Of what files lose, the sum comes at the end."""

    def __init__(self) -> None:
        self._shown: set[str] = set()
        self._losses: dict[str, LossWarning] = {}

    def install(self) -> None:
        """Take what Python warns of from now on."""
        warnings.showwarning = self._show
        warnings.simplefilter("always", KernelWarning)

    def end(self) -> None:
        """Print what was added up, and how many warnings there were."""
        for losses in self._losses.values():
            self._say(losses)
        if self._shown:
            number = len(self._shown)
            say(f"{number} warning{'s' if number > 1 else ''}", err=True)

    def _show(
        self,
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        if isinstance(message, LossWarning):
            before = self._losses.get(message.format)
            self._losses[message.format] = message if before is None else before.plus(message)
        elif issubclass(category, KernelWarning):
            self._say(message)
        else:
            text = warnings.formatwarning(message, category, filename, lineno, line)
            say_text(text, err=True, nl=False)

    def _say(self, message: Warning | str) -> None:
        if str(message) not in self._shown:
            self._shown.add(str(message))
            say_text(f"warning: {message}", err=True)


@contextmanager
def _notes() -> Iterator[None]:
    """Print each note of kernel once; see `kernel.errors.note`. What other loggers warn of is printed like anything else."""
    logger, handler = logging.getLogger("kernel"), _Notes()
    level, others = logger.level, logging.lastResort
    logging.lastResort = _Others(logging.WARNING)
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        logging.lastResort = others


class _Others(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        say_text(self.format(record), err=True)


class _Notes(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self._shown: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        if record.name == "kernel" and message not in self._shown:
            self._shown.add(message)
            say_text(message, err=True)
