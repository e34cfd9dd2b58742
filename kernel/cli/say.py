"""What commands say: the one place from which their text goes to standard output and standard error.

Whatever a terminal would obey is shown as an escape (`kernel.visible`), because names and texts come from strangers' files.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import Any, TextIO

import click

from kernel.visible import visible, visible_json, visible_line


def say(
    line: object = "", *, err: bool = False, nl: bool = True, file: TextIO | None = None, **style: Any
) -> None:
    """Print one line: what would end it is shown as an escape, too. file: in place of a standard stream. style: as `click.style` takes it."""
    _print(visible_line(str(line)), err, nl, style, file)


def say_text(text: str, *, err: bool = False, nl: bool = True) -> None:
    """Print a text of several lines."""
    _print(visible(text), err, nl, {})


# How much of the terminal's line is written over: other output clears it first.
_over = 0


def say_over(text: str, *, file: TextIO | None = None) -> None:
    """Print a text on standard error, or in a file, at the start of the line that is there, without ending it."""
    global _over
    _over = len(text.rstrip())
    click.echo("\r" + visible_line(text), file, nl=False, err=True)


def moves(stream: TextIO) -> bool:
    """Whether a line can be written over: on a terminal that is not a dumb one. Never in logs and notebooks."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def colors(stream: TextIO) -> bool:
    """Whether a stream gets colours: terminals do, unless NO_COLOR is set or they are dumb; FORCE_COLOR gives them to any stream.

    As https://no-color.org and https://force-color.org have it: a variable that is empty is not set, and NO_COLOR goes first.
    """
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or moves(stream)


def say_at_once(line: str) -> None:
    """Print a line on standard error from a handler of signals, which may have come while Python was printing there.

    Python's own streams take nothing then. What can't be printed is dropped.
    """
    with suppress(OSError, ValueError, AttributeError):
        # On a terminal there may be a progress bar, and the sign of the key.
        start = "\n" if sys.stderr.isatty() else ""
        os.write(sys.stderr.fileno(), f"{start}{visible_line(line)}\n".encode())


def say_json(value: Any) -> None:
    """Print a value as JSON: any reader gets the value as it is."""
    import json

    _print(visible_json(json.dumps(value, indent=2, ensure_ascii=False)), False, True, {})


def write_data(text: str) -> None:
    """Write what a program or a file is to get to standard output: as it is, and visible if a terminal gets it."""
    sys.stdout.write(visible(text) if sys.stdout.isatty() else text)


def _print(text: str, err: bool, nl: bool, style: dict[str, Any], file: TextIO | None = None) -> None:
    global _over
    stream = file or (sys.stderr if err else sys.stdout)
    if _over and moves(stream):
        blanks, _over = " " * _over, 0
        click.echo(f"\r{blanks}\r", file, nl=False, err=err)
    text = _encodable(text, stream)
    is_colored = bool(style) and colors(stream)
    click.echo(click.style(text, **style) if is_colored else text, file, err=err, nl=nl, color=is_colored)


def _encodable(text: str, stream: TextIO) -> str:
    """A text with what the stream's encoding lacks as escapes."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)
