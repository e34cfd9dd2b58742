"""The command goes through the suite of its kind; recorded is what its help says."""

from pathlib import Path

from kernel.testing import CommandSuite


class TestReport(CommandSuite):
    name = "report"
    goldens = Path(__file__).with_name("goldens.json")
