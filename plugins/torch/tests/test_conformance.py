"""Everything that the package registers goes through the suite of its kind."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from kernel.registry import registry

from kernel.testing import MiscSuite
from kernel.testing.suites.wrappers import WrapperSuite

pytestmark = pytest.mark.needs("torch", "safetensors")
GOLDENS = Path(__file__).with_name("goldens.json")


def two_layers() -> Any:
    """A small module, the same every time."""
    from torch import manual_seed, nn

    manual_seed(0)
    return nn.Sequential(nn.Linear(5, 4), nn.Tanh(), nn.Linear(4, 3))


@pytest.fixture(autouse=True)
def registered() -> Iterator[None]:
    with registry.restored():
        registry.misc("tests.two_layers.v1", func=two_layers)
        yield


class TestWrapper(WrapperSuite):
    name = "kernel.PyTorchWrapper.v1"
    settings = {"module": {"@misc": "tests.two_layers.v1"}}
    goldens = GOLDENS

    def inputs(self) -> Any:
        """Rows of five numbers."""
        return np.random.default_rng(0).normal(size=(7, 5)).astype("f")

    @contextmanager
    def double(self, model: Any) -> Any:
        """The module in double precision for a while."""
        model.shims[0].module.double()
        yield True
        model.shims[0].module.float()


class TestShim(MiscSuite):
    name = "kernel.torch_shim.v1"
    settings = {"module": {"@misc": "tests.two_layers.v1"}, "precision": "float16"}
    goldens = GOLDENS

    def as_plain(self, value: Any) -> Any:
        """The state of the shim, the first numbers of its weights rounded."""
        state = value.state()
        weights = {name: np.round(array, 5).tolist() for name, array in state["weights"].items()}
        return {"weights": weights, "scale": state["scale"], "precision": value.precision}


class TestBiLSTMEncoder(WrapperSuite):
    kind = "architectures"
    name = "kernel.TorchBiLSTMEncoder.v1"
    settings = {"width": 8, "depth": 2, "dropout": 0.0}
    goldens = GOLDENS

    def inputs(self) -> Any:
        """Documents of different lengths."""
        generator = np.random.default_rng(0)
        return [generator.normal(size=(length, 8)).astype("f") for length in (7, 1, 3, 5)]

    @contextmanager
    def double(self, model: Any) -> Any:
        """The module in double precision for a while."""
        model.shims[0].module.double()
        yield True
        model.shims[0].module.float()
