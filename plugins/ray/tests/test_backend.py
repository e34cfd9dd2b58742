"""What is asked of Ray, and what is refused before it is."""

import sys
from types import SimpleNamespace
from typing import Any

import pytest
from kernel_ray import backend

from kernel.errors import UsageError

NODE = "0a" * 28


def settings(**given: Any) -> SimpleNamespace:
    return SimpleNamespace(**{"count": 2, "address": None, "timeout": 1.0, **given})


@pytest.mark.needs("ray")
def test_a_gpu_is_asked_for_where_the_run_has_one():
    asked = backend.options(NODE, -1)
    assert "num_gpus" not in asked and asked["scheduling_strategy"].soft
    asked = backend.options(NODE, 1)
    assert asked["num_gpus"] == 1 and not asked["scheduling_strategy"].soft
    assert asked["runtime_env"]["env_vars"] == {"RAY_EXPERIMENTAL_NOSET_CUDA_VISIBLE_DEVICES": "1"}


@pytest.mark.needs("ray")
@pytest.mark.parametrize(
    "address", ["", "nowhere", "no where:1", "host:", ":6379", "host:port", "ray://host:10001"]
)
def test_an_address_that_is_none_is_refused(address):
    with pytest.raises(
        UsageError, match="training.workers.address is .*, and no address of a cluster of Ray"
    ):
        backend.ray_workers(settings(address=address), -1)


@pytest.mark.needs("ray")
@pytest.mark.parametrize("address", [None, "auto", "10.0.0.1:6379", "head.example.org:6379", "[::1]:6379"])
def test_an_address_may_lead_somewhere(address):
    assert callable(backend.ray_workers(settings(address=address), -1))


def test_without_ray_it_is_told_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(UsageError, match="needs Ray, which is not installed") as caught:
        backend.ray_workers(settings(), -1)
    assert "pip install" in caught.value.hint
