"""`kernel completion`: what makes a shell complete commands."""

from __future__ import annotations

import os
from pathlib import Path

import click

from kernel.cli import options, writing
from kernel.cli.command import Command
from kernel.cli.completing.scripts import SCRIPTS
from kernel.cli.say import say, write_data
from kernel.visible import shell_word


@click.command(
    "completion",
    cls=Command,
    examples=["kernel completion zsh", "kernel completion fish --install"],
)
@click.argument("shell", type=click.Choice(sorted(SCRIPTS)))
@click.option("--install", is_flag=True, help="Write it where the shell looks for it, and say where.")
@options.force
def completion(shell: str, install: bool, force: bool) -> None:
    """Print what lets SHELL complete commands, options, registered names and settings of configs with the tab key."""
    if not install:
        write_data(SCRIPTS[shell])
        return
    place = _place(shell)
    writing.write_new(place, SCRIPTS[shell].encode(), force=force, ours=_is_ours)
    say(f"wrote {place}")
    for line in _what_is_left(shell, place):
        say(line)


def _place(shell: str) -> Path:
    """Where a shell finds completions of the user's own."""
    if shell == "zsh":
        return _directory("ZDOTDIR") / ".zfunc" / "_kernel"
    if shell == "fish":
        return _directory("XDG_CONFIG_HOME", ".config") / "fish" / "completions" / "kernel.fish"
    base = os.environ.get("BASH_COMPLETION_USER_DIR")
    folder = Path(base) if base else _directory("XDG_DATA_HOME", ".local", "share") / "bash-completion"
    return folder / "completions" / "kernel"


def _directory(variable: str, *below_home: str) -> Path:
    given = os.environ.get(variable)
    return Path(given) if given else Path.home().joinpath(*below_home)


def _what_is_left(shell: str, place: Path) -> list[str]:
    """What the user has to do, as lines."""
    if shell == "fish":
        return ["New shells use it."]
    if shell == "bash":
        return [
            "New shells use it if the package bash-completion is installed. If it isn't, add to ~/.bashrc:",
            f"    source {shell_word(str(place))}",
        ]
    return [
        "Add to ~/.zshrc, before compinit is called, if it isn't there:",
        f"    fpath=({shell_word(str(place.parent))} $fpath)",
        "    autoload -Uz compinit && compinit",
    ]


def _is_ours(content: bytes) -> bool:
    """Whether a file is one that this command, or click, made for kernel."""
    return b"_kernel_completion" in content
