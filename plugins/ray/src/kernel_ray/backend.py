"""The backend `ray`: processes that Ray starts, on this machine or on those of a cluster."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import current_thread, main_thread
from typing import Any

from kernel.errors import UsageError
from kernel.training.team import Lost
from kernel_ray.first import START, First, reason
from kernel_ray.host import Host
from kernel_ray.needed import ray
from kernel_ray.places import places


def start(task: bytes, settings: Any) -> First:
    """Processes of Ray, one for each member but the first, which is this process.

    task: for `kernel.training.worker.work`. settings: of `[training.workers]`; address: of a cluster that runs, "auto" for the one that this
    machine belongs to, null for one of this machine alone that ends with the run.
    """
    module = ray()
    leave = _connect(module, settings)
    try:
        _check_room(module, settings.count - 1)
        actor = module.remote(num_cpus=1, max_restarts=0, max_concurrency=4)(Host)
        actors = [
            actor.options(scheduling_strategy=_on(node)).remote(rank, settings.count)
            for rank, node in enumerate(_places(module, settings.count - 1), 1)
        ]
        _begin(module, actors, task)
    except BaseException:
        leave()
        raise
    return First(module, actors, settings.timeout, leave)


def _begin(module: Any, actors: Sequence[Any], task: bytes) -> None:
    for rank, actor in enumerate(actors, 1):
        try:
            module.get(actor.begin.remote(task), timeout=START)
        except module.exceptions.RayError as error:
            raise Lost(f"worker {rank} did not start: {reason(error)}", rank=rank) from error


def _connect(module: Any, settings: Any) -> Callable[[], None]:
    """Be part of a cluster; returns what ends that. Where the program has connected itself, that stays."""
    if module.is_initialized():
        return lambda: None
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    quiet = {"log_to_driver": False, "logging_level": "error"}
    if settings.address is None:
        cpus = max(os.cpu_count() or 1, settings.count)
        try:
            with _own_signals():
                module.init(num_cpus=cpus, include_dashboard=False, _node_ip_address="127.0.0.1", **quiet)
        except Exception as error:
            # Of no kind of its own: "the current node timed out during startup".
            module.shutdown()
            raise Lost(f"Ray did not start: {reason(error)}") from error
    else:
        try:
            with _own_signals():
                module.init(address=settings.address, **quiet)
        except (ConnectionError, RuntimeError, ValueError) as error:
            raise UsageError(
                f"there is no cluster of Ray at {settings.address}: {error}",
                hint="ray start --head begins one on this machine; training.workers.address = null makes one for this run.",
            ) from error
    return lambda: module.shutdown()


@contextmanager
def _own_signals() -> Iterator[None]:
    """Put back who hears SIGTERM, which Ray takes over: it would end this process before anything is saved."""
    former = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        if current_thread() is main_thread() and former is not None:
            signal.signal(signal.SIGTERM, former)


def _places(module: Any, count: int) -> list[str]:
    cpus = {node["NodeID"]: int(node["Resources"].get("CPU", 0)) for node in module.nodes() if node["Alive"]}
    return places(cpus, module.get_runtime_context().get_node_id(), count)


def _on(node: str) -> Any:
    """On this machine, or on another one where it has no room now."""
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    return NodeAffinitySchedulingStrategy(node, soft=True)


def _check_room(module: Any, wanted: int) -> None:
    """`UsageError` if the cluster has too few CPUs: Ray would wait for ever."""
    there = int(module.cluster_resources().get("CPU", 0))
    if there < wanted:
        raise UsageError(
            f"the cluster of Ray has {there} CPUs, and training.workers.count = {wanted + 1} needs {wanted} besides this process",
            hint="Take fewer workers, or add machines: ray start --address ADDRESS",
        )
