"""The commands go through the suite of their kind."""

from pathlib import Path
from typing import Any

from kernel.testing import CommandSuite


class TestSpacy(CommandSuite):
    name = "spacy"
    arguments = ("import", "--help")
    goldens = Path(__file__).with_name("goldens.json")

    def golden(self) -> Any:
        return self.run("import", "--help").output
