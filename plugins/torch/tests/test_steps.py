"""A step means what it means to thinc's own optimizer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from thinc.api import SGD, Adam, Optimizer, RAdam

torch = pytest.importorskip("torch")

from kernel_torch.shim import torch_shim

SHAPES = {"weight": (4, 3), "bias": (4,)}


def optimizers() -> dict[str, Any]:
    return {
        "adam": lambda: Adam(0.01),
        "decay": lambda: Adam(0.01, L2=0.1),
        "L2": lambda: Adam(0.01, L2=0.1, L2_is_weight_decay=False),
        "no averages": lambda: Adam(0.01, use_averages=False, grad_clip=0.0),
        "eps": lambda: Adam(0.01, eps=0.1),
        "radam": lambda: RAdam(0.01, L2=0.01),
        "sgd": lambda: SGD(0.1, L2=0.01),
    }


def with_thinc(optimizer: Optimizer, gradients: list[dict[str, Any]]) -> dict[str, Any]:
    """The weights after some steps of thinc's code."""
    weights = start()
    for step in gradients:
        for name, gradient in step.items():
            weights[name], _ = optimizer((1, name), weights[name], gradient.copy())
    return weights


def start() -> dict[str, Any]:
    generator = np.random.default_rng(0)
    return {name: generator.normal(size=shape).astype("f") for name, shape in SHAPES.items()}


def some_gradients(number: int = 20) -> list[dict[str, Any]]:
    generator = np.random.default_rng(1)
    return [
        {name: generator.normal(size=shape).astype("f") for name, shape in SHAPES.items()}
        for _ in range(number)
    ]


@pytest.mark.parametrize("kind", sorted(optimizers()))
@pytest.mark.parametrize("clip", [0.0, 1.0])
def test_equals_thincs_optimizer(kind: str, clip: float) -> None:
    gradients = some_gradients()
    make = optimizers()[kind]
    other, own = make(), make()
    other.grad_clip = own.grad_clip = clip
    wanted = with_thinc(other, gradients)
    module = torch.nn.Linear(3, 4)
    shim = torch_shim(module, decays=lambda name, tensor: True)
    with torch.no_grad():
        for name, value in start().items():
            getattr(module, name).copy_(torch.from_numpy(value))
    for step in gradients:
        for name, gradient in step.items():
            getattr(module, name).grad = torch.from_numpy(gradient.copy())
        shim.finish_update(own)
    for name in SHAPES:
        np.testing.assert_allclose(getattr(module, name).detach().numpy(), wanted[name], atol=1e-6, rtol=1e-6)
        key, theirs = (shim.id, name), (1, name)
        assert own.nr_update[key] == len(gradients)
        if own.averages is not None:
            np.testing.assert_allclose(own.averages[key], other.averages[theirs], atol=1e-6, rtol=1e-6)
        for table in ("mom1", "mom2") if kind != "sgd" else ():
            one, two = getattr(own, table)[key], getattr(other, table)[theirs]
            np.testing.assert_allclose(one.ravel(), two.ravel(), atol=1e-6, rtol=1e-6)


@pytest.mark.parametrize("kind", [*sorted(optimizers()), "another"])
def test_a_step_counts_as_a_change_of_weights(kind: str) -> None:
    """The fused kernels don't count by themselves, nor does who writes to arrays."""
    module = torch.nn.Linear(3, 4)
    shim = torch_shim(module)

    def another(key: Any, weights: Any, gradient: Any) -> tuple[Any, Any]:
        weights -= gradient
        return weights, gradient

    optimizer = another if kind == "another" else optimizers()[kind]()
    for _ in range(2):
        counts = {name: each._version for name, each in module.named_parameters()}
        module(torch.ones(2, 3)).sum().backward()
        shim.finish_update(optimizer)
        assert all(each._version > counts[name] for name, each in module.named_parameters())
