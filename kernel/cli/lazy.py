"""Click groups and commands that import nothing before it is needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from kernel.cli.command import Command, Context, write_examples
from kernel.visible import visible

if TYPE_CHECKING:
    from kernel.discovery.scan import EntryPoint
    from kernel.errors import KernelError

OVERRIDES = "kernel.overrides"


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called.

    table: name -> ("module:attribute", one line of help). plugins: entry-point group with more commands, which can't
    shadow those of the table. callback: called before a command. former: a name that people may know, of another program or
    an earlier form -> what to write instead. examples: lines that begin with `kernel`, shown at the end of the help.
    """

    context_class = Context

    def __init__(
        self,
        name: str,
        table: Mapping[str, tuple[str, str]],
        *,
        help: str,
        group: str | None = None,
        params: list[click.Parameter] | None = None,
        callback: Callable[[], None] | None = None,
        former: Mapping[str, str] | None = None,
        examples: Sequence[str] = (),
    ) -> None:
        settings = {"help_option_names": ["-h", "--help"]}
        super().__init__(name, help=help, params=params or [], callback=callback, context_settings=settings)
        self._table = table
        self.extended_by = group
        self._former = former or {}
        self.examples = tuple(examples)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*self._table, *self.commands, *(point.name for point in self._points())})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in self.commands:
            return self.commands[cmd_name]
        if cmd_name in self._table:
            module, _, attribute = self._table[cmd_name][0].partition(":")
            command: click.Command = getattr(import_module(module), attribute)
            return command
        return self._load_plugin(cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            denied = self._denied(args[0])
            if denied:
                raise click.UsageError(f"{error.message} {denied}", ctx) from None
            if args[0] in self._former:
                raise click.UsageError(f"{error.message.rstrip('.')}. {self._former[args[0]]}", ctx) from None
            from difflib import get_close_matches

            nearest = get_close_matches(args[0], self.list_commands(ctx), 1)
            if not nearest or "Did you mean" in error.message:
                raise
            raise click.UsageError(f"{error.message} Did you mean '{nearest[0]}'?", ctx) from None

    def helps(self, *, with_packages: bool = True) -> dict[str, str]:
        """Name of a command -> one line on it. None is imported for that. with_packages: those of packages, too."""
        from kernel.discovery.scan import summary

        helps = {name: help for name, (_, help) in self._table.items()}
        for point in self._points() if with_packages else ():
            helps.setdefault(
                point.name, f"{summary(point)} (from {point.distribution} {point.version})".strip()
            )
        for name, command in self.commands.items():
            helps[name] = command.get_short_help_str()
        return helps

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        if helps := self.helps():
            with formatter.section("Commands"):
                formatter.write_dl(sorted(helps.items()))

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The examples."""
        super().format_epilog(ctx, formatter)
        write_examples(formatter, self.examples)

    def get_help(self, ctx: click.Context) -> str:
        """The help text: names of commands come from packages."""
        return visible(super().get_help(ctx))

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command. One of ours is not over because code that it runs wants to end the process."""
        try:
            return super().invoke(ctx)
        except SystemExit as error:
            if ctx.invoked_subcommand not in self._table:
                raise
            raise ended(error) from error

    def _points(self) -> list[EntryPoint]:
        if self.extended_by is None:
            return []
        from kernel.discovery.rules import entry_points

        return [point for point in entry_points(self.extended_by) if point.name not in self._table]

    def _denied(self, name: str) -> str:
        """Which packages have a command, but may not be used; "" for none."""
        if self.extended_by is None:
            return ""
        from kernel.discovery import scan
        from kernel.discovery.rules import denied

        found = {
            f"It is in {point.distribution} {point.version}, which is denied by {ban}.": None
            for point in scan.entry_points(self.extended_by)
            if point.name == name and (ban := denied(point.distribution))
        }
        return " ".join(found)

    def _load_plugin(self, name: str) -> click.Command | None:
        points = [point for point in self._points() if point.name == name]
        if not points:
            return None
        from kernel.errors import NameConflict, PluginLoadError
        from kernel.registries.loading import load_entry_point

        if len({point.target for point in points}) > 1:
            owners = "; ".join(f"{point.distribution} {point.version} ({point.target})" for point in points)
            raise NameConflict(f"the command '{name}' is claimed by several packages: {owners}")
        command = load_entry_point(points[0], "command")
        if not isinstance(command, click.Command):
            raise PluginLoadError(
                f"the command '{name}' of {points[0].distribution} is a {type(command).__name__}, no click command"
            )
        return command


def ended(error: SystemExit) -> KernelError:
    """The error for a command that other people's code wanted to end."""
    from kernel.errors import CallbackError
    from kernel.registries.alive import cause
    from kernel.registries.blame import place_of

    where = place_of(error)
    return CallbackError(
        f"code that the config names did not return: {cause(error)}" + (f" ({where})" if where else "")
    )


class ConfigCommand(Command):
    """A command that also takes `--section.key value` and `--section.key=value`, anywhere on its line.

    They are left as written in `ctx.meta[OVERRIDES]`; anything else is parsed as ever, so that a misspelt option of
    the command itself is still an error. A value that starts with two dashes must follow an equals sign.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        own = {name for parameter in self.params for name in [*parameter.opts, *parameter.secondary_opts]}
        rest, overrides = split_overrides(args, own)
        ctx.meta[OVERRIDES] = overrides
        try:
            return super().parse_args(ctx, rest)
        except click.NoSuchOption as error:
            raise click.NoSuchOption(
                error.option_name, possibilities=meant(error.option_name) or error.possibilities, ctx=ctx
            ) from None


def meant(option: str) -> list[str]:
    """The overrides whose key is the name of an unknown option: `--training.max_steps` for `--max_steps`."""
    from kernel.config import default_config
    from kernel.config.sections import OWN

    key = option.lstrip("-").replace("-", "_")
    paths = [f"--paths.{key}"] if key in default_config().get("paths", {}) else []
    return paths + [f"--{section}.{key}" for section, schema in OWN.items() if key in schema.model_fields]


def split_overrides(args: Sequence[str], options: set[str]) -> tuple[list[str], list[str]]:
    """The arguments without the overrides, and the overrides."""
    rest: list[str] = []
    overrides: list[str] = []
    queue = list(args)
    while queue:
        word = queue.pop(0)
        if word.startswith("--") and "." in word.partition("=")[0]:
            overrides.append(word)
            if "=" not in word and queue and not queue[0].startswith("--") and queue[0] not in options:
                overrides.append(queue.pop(0))
        else:
            rest.append(word)
    return rest, overrides
