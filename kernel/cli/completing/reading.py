"""What click knows of a command, as shells need it. This imports click, and the module of the command."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any

import click

from kernel.cli.completing.spec import CHOICE, FILE, FOLDER, KNOWN, Option, Spec, Values
from kernel.cli.lazy import ConfigCommand, LazyGroup
from kernel.cli.options import Known
from kernel.discovery.rules import entry_points
from kernel.discovery.scan import EntryPoint


def read(command: click.Command) -> Spec:
    """A command or a group; the commands of a group are not imported, if it is one of ours."""
    ctx = click.Context(command, resilient_parsing=True)
    commands: dict[str, str] = {}
    if isinstance(command, LazyGroup):
        commands = command.helps(with_packages=False)
    elif isinstance(command, click.Group):
        commands = dict.fromkeys(command.list_commands(ctx), "")
    options = {
        name: Option(one.help or "", not (one.is_flag or one.count), one.name or "", _values(one))
        for one in command.params
        if isinstance(one, click.Option) and not one.hidden
        for name in [*one.opts, *one.secondary_opts]
    }
    options["--help"] = Option("Show this message and exit.", False, "help", Values())
    return Spec(
        commands,
        (command.extended_by or "") if isinstance(command, LazyGroup) else "",
        isinstance(command, ConfigCommand),
        options,
        tuple(_values(one) for one in command.params if isinstance(one, click.Argument)),
    )


def find(root: click.Command, words: Sequence[str]) -> click.Command | None:
    """The command that words call, None if there is none.

    That of a package is imported without a look at the versions that it is made for: nothing is run of it, and reading them takes
    longer than a key should.
    """
    command: click.Command | None = root
    for word in words:
        if not isinstance(command, click.Group):
            return None
        own = command.helps(with_packages=False) if isinstance(command, LazyGroup) else {word: ""}
        group = command.extended_by if isinstance(command, LazyGroup) else None
        if word in own or group is None:
            command = command.get_command(click.Context(command, resilient_parsing=True), word)
        else:
            command = next((_loaded(point) for point in entry_points(group) if point.name == word), None)
    return command


def _loaded(point: EntryPoint) -> click.Command | None:
    found: Any = import_module(point.module)
    for name in point.attribute.split("."):
        found = getattr(found, name)
    return found if isinstance(found, click.Command) else None


def own_specs() -> dict[str, Spec]:
    """Those of the kernel's own commands, of whose parameters none completes by a function of its own."""
    from kernel.cli.commands import cli

    return dict(_below(cli, ()))


def _below(command: click.Command, words: tuple[str, ...]) -> Iterator[tuple[str, Spec]]:
    found = read(command)
    spec = Spec(
        found.commands,
        found.group,
        found.settings,
        {name: Option(*option[:-1], _written(option.values)) for name, option in found.options.items()},
        tuple(map(_written, found.arguments)),
    )
    yield " ".join(words), spec
    for name in spec.commands:
        child = find(command, [name])
        assert child is not None
        yield from _below(child, (*words, name))


def _written(values: Values) -> Values:
    return Values(values.kind, values.names)


def _values(parameter: click.Parameter) -> Values:
    kind = parameter.type
    if isinstance(kind, Known):
        return Values(KNOWN, (kind.function,))
    if isinstance(kind, click.Choice):
        return Values(CHOICE, tuple(map(str, kind.choices)))
    if isinstance(kind, click.Path):
        return Values(FILE if kind.file_okay else FOLDER)
    if isinstance(kind, click.File):
        return Values(FILE)
    # It may complete by itself; click's own types offer nothing.
    return Values("", (), parameter)
