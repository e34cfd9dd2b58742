"""The command goes through the suite of its kind."""

from kernel.testing import CommandSuite


class TestRuns(CommandSuite):
    name = "runs"
    arguments = ("list", ".", "--json")
