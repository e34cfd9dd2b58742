"""The commands go through the suite of their kind; recorded is what their help says, and how they name what is missing."""

from pathlib import Path

from kernel.testing import CommandSuite

GOLDENS = Path(__file__).with_name("goldens.json")


class TestBenchmark(CommandSuite):
    name = "benchmark"
    arguments = ("accuracy", "--help")
    goldens = GOLDENS


class TestFindThreshold(CommandSuite):
    name = "find-threshold"
    goldens = GOLDENS


class TestProfile(CommandSuite):
    kind = "cli_debug"
    name = "profile"
    goldens = GOLDENS
