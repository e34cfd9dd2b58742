"""A torch module as a layer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from thinc.api import Adam

torch = pytest.importorskip("torch")

from kernel.registry import registry
from kernel_torch.wrapper import make_wrapper

from kernel.numeric.bytes import model_from_bytes, model_to_bytes


def made(**settings: Any) -> Any:
    torch.manual_seed(0)
    return make_wrapper(
        torch.nn.Sequential(torch.nn.Linear(3, 5), torch.nn.Tanh(), torch.nn.Linear(5, 2)), **settings
    )


def rows(number: int = 4) -> Any:
    return np.random.default_rng(0).normal(size=(number, 3)).astype("f")


def test_is_registered() -> None:
    assert registry.get("layers", "kernel.PyTorchWrapper.v1") is make_wrapper
    shim = registry.get("misc", "kernel.torch_shim.v1")(torch.nn.Linear(2, 2), precision="bfloat16")
    assert shim.precision == "bfloat16" and not shim.scale.enabled


def test_learns() -> None:
    model, optimizer, X = made(), Adam(0.05), rows(16)
    model.initialize(X)
    assert (model.get_dim("nI"), model.get_dim("nO")) == (3, 2)
    wanted = np.stack([X[:, 0] * 2, X[:, 1] - X[:, 2]], axis=1)
    for _ in range(200):
        Y, backprop = model.begin_update(X)
        dX = backprop(Y - wanted)
        assert dX.shape == X.shape
        model.finish_update(optimizer)
    assert float(((model.predict(X) - wanted) ** 2).mean()) < 0.01


def test_round_trip() -> None:
    model, other = made(), made()
    other.shims[0].set_module(
        torch.nn.Sequential(torch.nn.Linear(3, 5), torch.nn.Tanh(), torch.nn.Linear(5, 2))
    )
    data = model_to_bytes(model)
    assert (other.predict(rows()) != model.predict(rows())).any()
    model_from_bytes(other, data)
    np.testing.assert_array_equal(other.predict(rows()), model.predict(rows()))
    assert model_to_bytes(other) == data


class TwoOutputs(torch.nn.Module):  # type: ignore[misc]
    """Twice and three times its weights, which are as many as its inputs."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(3))

    def forward(self, X: Any) -> dict[str, Any]:
        return {"twice": 2 * X * self.weight, "thrice": 3 * X * self.weight, "nothing": None}


@pytest.mark.parametrize(
    ("gradient", "factor"),
    [
        ({"twice": 1.0, "thrice": 1.0}, 5.0),
        ({"thrice": 10.0, "twice": 1.0}, 32.0),
        ({"twice": None, "thrice": 1.0}, 3.0),
        ({"thrice": 1.0, "nothing": None}, 3.0),
    ],
)
def test_gradients_of_outputs_go_by_their_names(gradient: dict[str, float | None], factor: float) -> None:
    model, X = make_wrapper(TwoOutputs()), rows()
    outputs, backprop = model.begin_update(X)
    dX = backprop(
        {name: None if of is None else np.full_like(outputs[name], of) for name, of in gradient.items()}
    )
    np.testing.assert_allclose(dX, np.full_like(X, factor))
