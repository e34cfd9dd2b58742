"""Processes that can't be are told before any data are read."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import kernel
from kernel import Config
from kernel.errors import ConfigError, DataError, KernelError, UsageError
from kernel.training.prepare import prepare
from kernel.training.together import worker_problems

from .conftest import CONFIG

pytestmark = pytest.mark.needs("kernel-nlp-workers")

WRONG = [
    ({"count": 3}, "training.workers.count: 3 workers are more than training.shards = 2"),
    ({"backend": "locl"}, "training.workers.backend: there are no workers of the kind 'locl'"),
    ({"backend": "acme.no.v1"}, "training.workers.backend: there are no workers of the kind 'acme.no.v1'"),
    ({"address": "10.0.0.1:6379"}, "training.workers.backend: workers of this machine have no address"),
    ({"backend": "acme.absent.v1"}, "training.workers.backend: acme needs what is not installed"),
]


def absent(settings: Any, gpu_id: int) -> Callable[[bytes], Any]:
    raise UsageError("acme needs what is not installed", hint="pip install it")


@pytest.fixture(autouse=True)
def _registered(numbers: Any) -> None:
    kernel.registry.workers("acme.absent.v1", absent)
    # Whoever reads data fails.
    Path("train.txt").unlink()


def config(**workers: Any) -> Config:
    found = Config.from_str(CONFIG)
    found["training"] |= {"shards": 2, "workers": {"count": 2, **workers}}
    return found


@pytest.mark.parametrize(("workers", "message"), WRONG)
def test_a_run_says_so_before_it_reads_anything(workers: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        prepare(config(**workers))
    with pytest.raises(ConfigError, match=message):
        kernel.train(config(**workers))
    with pytest.raises((DataError, KernelError), match=r"train\.txt"):
        prepare(config())


@pytest.mark.parametrize(("workers", "message"), WRONG)
def test_a_config_is_known_to_be_wrong(workers: dict[str, Any], message: str) -> None:
    from kernel.training.prepare import fill_config, pipeline_class

    whole = config(**workers)
    (problem,) = worker_problems(fill_config(pipeline_class(whole), whole))
    assert message in str(problem)
    assert not worker_problems(fill_config(pipeline_class(whole), config()))
    assert not worker_problems(fill_config(pipeline_class(whole), Config.from_str(CONFIG)))


def test_the_hint_of_a_backend_is_kept() -> None:
    with pytest.raises(ConfigError, match="pip install it"):
        prepare(config(backend="acme.absent.v1"))


def test_each_worker_has_a_gpu_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    from kernel_workers import local

    settings = SimpleNamespace(count=3, address=None, timeout=1.0)
    monkeypatch.setattr(local, "gpu_count", lambda wanted: 4)
    local.local(settings, 1)
    with pytest.raises(
        UsageError, match="count = 3 needs as many GPUs, numbered from 2, and this machine has 4 in all"
    ):
        local.local(settings, 2)
