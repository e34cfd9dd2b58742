"""The suite for commands that packages add to the command line."""

import shlex
from typing import Any, ClassVar

import click
from click.testing import CliRunner

from kernel.discovery import scan
from kernel.discovery.known_names import COMMAND_GROUPS
from kernel.registries.loading import load_entry_point
from kernel.testing.suites.base import Suite


class CommandSuite(Suite):
    """A click command of the entry-point group `kernel_cli`, or of that of a group of commands, such as `kernel_cli_init`.

    name: of the command. kind: "cli_init" for one of `kernel init`, "cli_debug" for one of `kernel debug`. arguments: a line that works, and that ends with exit code 0.
    """

    kind = "cli"
    arguments: ClassVar[tuple[str, ...]] = ("--help",)

    def build(self, **changes: Any) -> Any:
        points = [point for point in scan.entry_points(f"kernel_{self.kind}") if point.name == self.name]
        assert points, f"no installed package has the command '{self.name}'; install yours: pip install -e ."
        return load_entry_point(points[0], "command")

    def run(self, *arguments: str) -> Any:
        """The click result of a line."""
        # As below `kernel`: click keeps the names of the option for help when they are first asked for.
        return CliRunner().invoke(self.build(), arguments, help_option_names=["-h", "--help"])

    def golden(self) -> Any:
        return self.run(*self.arguments).output

    def test_is_a_click_command(self) -> None:
        assert isinstance(self.build(), click.Command)

    def test_has_help(self) -> None:
        command = self.build()
        assert command.get_short_help_str(), "the function of the command has no docstring"
        assert self.run("--help").exit_code == 0

    def test_its_parser_takes_its_examples(self) -> None:
        command, words = self.build(), [*COMMAND_GROUPS[f"kernel_{self.kind}"].split(), self.name]
        for example in getattr(command, "examples", ()):
            given = shlex.split(example)
            assert given[: len(words)] == words, (
                f"the example does not begin with {' '.join(words)}: {example}"
            )
            try:
                command.make_context(self.name, given[len(words) :])
            except click.MissingParameter:
                raise
            except click.BadParameter as error:
                # Files of examples need not be here.
                assert isinstance(error.param and error.param.type, click.Path | click.File), example

    def test_no_built_in_command_has_the_name(self) -> None:
        from kernel.cli.commands import BUILT_IN

        assert self.name not in BUILT_IN[self.kind], (
            f"kernel has a command '{self.name}' of its own, which hides this one"
        )

    def test_works(self) -> None:
        result = self.run(*self.arguments)
        assert result.exit_code == 0, result.output

    def test_an_unknown_option_is_refused(self) -> None:
        assert self.run("--no-such-option-at-all").exit_code == 2
