"""The command goes through the suite of its kind."""

from pathlib import Path

from kernel.testing import CommandSuite


class TestInitVectors(CommandSuite):
    kind = "cli_init"
    name = "vectors"
    goldens = Path(__file__).with_name("goldens.json")
