"""Help: its examples, and how it looks in a narrow terminal."""

import shlex

import click
import pytest

from kernel.cli.command import Command, Context, Formatter, shell_lines
from kernel.cli.lazy import LazyGroup


def test_a_long_example_can_be_pasted() -> None:
    line = """kernel train "my config.cfg" --output 'a folder' --training.max_steps 500"""
    for width in (10, 30, 40, 200):
        lines = shell_lines(line, width)
        assert shlex.split("\n".join(lines).replace("\\\n", "")) == shlex.split(line)
        assert width < 30 or max(map(len, lines)) <= width


def test_groups_of_strangers_have_examples_too() -> None:
    group = LazyGroup("g", {}, help="A group.", examples=["kernel g go"])
    assert group.get_help(Context(group)).endswith("Example:\n  kernel g go")


def test_a_narrow_terminal_gets_lines_that_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    option = click.Option(
        ["-l", "--a-rather-long-name", "--another"], type=click.IntRange(0, 9), help="word " * 20
    )
    command = Command("c", params=[option], help="word " * 20, examples=["kernel c --another 7 a/long/path"])
    for columns in (30, 40, 59):
        monkeypatch.setenv("COLUMNS", str(columns))
        shown = command.get_help(Context(command, info_name="c"))
        assert max(map(len, shown.splitlines())) <= columns
    monkeypatch.setenv("COLUMNS", "200")
    assert Formatter().width == click.HelpFormatter().width == 78
