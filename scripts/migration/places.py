"""Whether something is here: a path, a registered function, a command."""

from __future__ import annotations

from functools import cache
from typing import Any

import click
from kernel_spacy.migrate.places import is_there

from kernel.cli.commands import cli
from kernel.registries.family import registry


def same_name(name: str) -> str:
    """The name here that is spelt like one of spaCy's: `kernel.x`, `readers:kernel.x`, `kernel command`."""
    kind, _, rest = name.rpartition(":")
    if kind == "commands":
        return f"kernel {rest}"
    return f"{kind}:{rest.replace('spacy.', 'kernel.')}" if kind else "kernel" + name.removeprefix("spacy")


def exists(name: str) -> bool:
    """Whether there is something of a name in the form that `same_name` gives."""
    if " " in name:
        return name.partition(" ")[2] in commands()
    kind, _, rest = name.rpartition(":")
    return registry.has(kind, rest) if kind else is_there(rest)


@cache
def commands() -> frozenset[str]:
    """All commands: `train`, `debug data`."""
    return frozenset(_below(cli, ""))


def _below(group: Any, prefix: str) -> list[str]:
    context = click.Context(group)
    found = []
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        found.append(f"{prefix}{name}")
        if isinstance(command, click.Group):
            found += _below(command, f"{prefix}{name} ")
    return found
