"""Everything that the package registers goes through the suite of its kind."""

from pathlib import Path

import pytest

from kernel.testing import WorkersSuite

pytestmark = pytest.mark.needs("ray", "kernel-nlp-workers")


class TestRay(WorkersSuite):
    name = "kernel.ray.v1"
    goldens = Path(__file__).with_name("goldens.json")
