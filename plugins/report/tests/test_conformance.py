"""The command goes through the suite of its kind; recorded is what its help says."""

from pathlib import Path

from kernel.testing import CallbackSuite, CommandSuite


class TestReport(CommandSuite):
    name = "report"
    goldens = Path(__file__).with_name("goldens.json")


class TestReportCallback(CallbackSuite):
    name = "kernel.Report.v1"
    goldens = Path(__file__).with_name("goldens.json")
