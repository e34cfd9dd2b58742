"""The class of our commands, whose help ends with examples, and the help itself: readable in a narrow terminal, too."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from shutil import get_terminal_size
from textwrap import wrap
from typing import Any

import click

# In a narrower terminal, names of options and their texts don't fit side by side as they do elsewhere.
_NARROW = 60
# The fewest columns that are tried to fit.
_NARROWEST = 24
_WORD = re.compile(r"""(?:[^\s"']|"[^"]*"|'[^']*')+""")


class Formatter(click.HelpFormatter):
    """Writes help as wide as a narrow terminal is: click takes none for narrower than 50 columns."""

    def __init__(
        self, indent_increment: int = 2, width: int | None = None, max_width: int | None = None
    ) -> None:
        columns = get_terminal_size().columns
        if width is None and columns < _NARROW:
            width = max(columns - 2, _NARROWEST)
        super().__init__(indent_increment, width, max_width)

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Names and their texts; in a narrow terminal a long name has a line of its own."""
        if self.width < _NARROW:
            col_max = min(col_max, self.width // 4)
            indent, room = " " * (self.current_indent + 4), self.width - self.current_indent
            rows = [("\n".join(wrap(name, room, subsequent_indent=indent)), text) for name, text in rows]
        super().write_dl(rows, col_max, col_spacing)


class Context(click.Context):
    """A context whose help is written by our formatter."""

    formatter_class = Formatter


class Command(click.Command):
    """A command with examples: lines that begin with `kernel` and work as they are, shown at the end of its help."""

    context_class = Context

    def __init__(self, name: str | None, *, examples: Sequence[str] = (), **settings: Any) -> None:
        super().__init__(name, **settings)
        self.examples = tuple(examples)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The examples, after what else the command has to say at its end."""
        super().format_epilog(ctx, formatter)
        write_examples(formatter, self.examples)


def write_examples(formatter: click.HelpFormatter, examples: Sequence[str]) -> None:
    """The section of examples; one that is wider than the terminal goes on in the next line, as shells take it."""
    if not examples:
        return
    with formatter.section("Examples" if len(examples) > 1 else "Example"):
        for example in examples:
            for line in shell_lines(example, formatter.width - formatter.current_indent):
                formatter.write(f"{'':{formatter.current_indent}}{line}\n")


def shell_lines(command: str, width: int) -> list[str]:
    """A command of a shell in lines of a width, as far as its words allow; all but the last end with a backslash."""
    lines = [""]
    for word in _WORD.findall(command):
        if lines[-1].strip() and len(lines[-1]) + len(word) + 3 > width and len(command) > width:
            lines[-1] += " \\"
            lines.append(f"    {word}")
        else:
            lines[-1] += f" {word}" if lines[-1] else word
    return lines
