"""Everything that the package registers goes through the suite of its kind."""

from pathlib import Path

from kernel.testing import SectionSuite, WorkersSuite

GOLDENS = Path(__file__).with_name("goldens.json")


class TestSection(SectionSuite):
    name = "training.workers"


class TestLocal(WorkersSuite):
    name = "kernel.local.v1"
    goldens = GOLDENS
