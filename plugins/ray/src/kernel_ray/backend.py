"""The backend `ray`: processes that Ray starts, on this machine or on those of a cluster."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from threading import current_thread, main_thread
from typing import Any

from kernel.errors import UsageError
from kernel.processes.links import Listener, new_key
from kernel.training.members import First
from kernel.training.team import Lost
from kernel_ray.actors import Actor, Host, connected, reason
from kernel_ray.needed import ray
from kernel_ray.places import check_room, local_ranks, places, room

_ADDRESS = re.compile(r"[^\s/:]+:\d{1,5}|\[[0-9A-Fa-f:.]+\]:\d{1,5}")
_ALL_VISIBLE = "RAY_EXPERIMENTAL_NOSET_CUDA_VISIBLE_DEVICES"


def ray_workers(settings: Any, gpu_id: int) -> Callable[[bytes], First]:
    """Processes of Ray, one for each member but the first, which is this process.

    settings: of `[training.workers]`; address: of a cluster that runs, "auto" for the one that this machine belongs to, null for one of
    this machine alone that ends with the run. gpu_id: the first one's GPU; on each machine the processes have those from this number on.
    """
    ray()
    address = settings.address
    if address is not None and address != "auto" and not _ADDRESS.fullmatch(address):
        raise UsageError(
            f"training.workers.address is {address!r}, and no address of a cluster of Ray",
            hint='It is HOST:PORT, as ray start says it; "auto" for the cluster of this machine; null for one of this run alone.',
        )
    return partial(_start, settings=settings, gpu_id=gpu_id)


def _start(task: bytes, *, settings: Any, gpu_id: int) -> First:
    module = ray()
    was_there = module.is_initialized()
    leave = _connect(module, settings)
    try:
        own = module.get_runtime_context().get_node_id()
        free = room(module.nodes(), gpu_id)
        check_room(free, own, settings.count, gpu_id)
        nodes = places(free, own, settings.count - 1)
        actor = module.remote(num_cpus=1, max_restarts=0)(Host)
        actors = [actor.options(**options(node, gpu_id)).remote() for node in nodes]
        host, key = _address(module, own), new_key()
        is_own = settings.address is None and not was_there
        peers = _begun(module, actors, host, key, task, local_ranks(nodes, own), leave if is_own else None)
    except BaseException:
        leave()
        raise
    return First(peers, settings.timeout, host=host, key=key, leave=leave)


def _begun(
    module: Any,
    actors: Sequence[Any],
    host: str,
    key: bytes,
    task: bytes,
    own_ranks: Sequence[int],
    leave: Callable[[], None] | None,
) -> list[Actor]:
    """All of them, connected. Ray tells them where, and the key, over its own channels. own_ranks: of each among those of its machine.
    leave: see `Actor`."""
    listener = Listener(host, key)
    try:
        running = [
            actor.take_part.remote(listener.address, key, rank, len(actors) + 1, task, own_rank)
            for rank, (actor, own_rank) in enumerate(zip(actors, own_ranks, strict=True), 1)
        ]
        connections = connected(module, listener, running)
    finally:
        listener.close()
    return [Actor(module, *each, leave) for each in zip(actors, running, connections, strict=True)]


def _address(module: Any, own: str) -> str:
    """Of this machine, for the others of the cluster. own: Ray's name for it."""
    (address,) = [node["NodeManagerAddress"] for node in module.nodes() if node["NodeID"] == own]
    return str(address)


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


def options(node: str, gpu_id: int) -> dict[str, Any]:
    """What Ray is asked for an actor: where it runs, and what it takes there: with a GPU on this machine alone, since it is to have a certain one; otherwise on
    another one where this has no room now."""
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    found: dict[str, Any] = {
        "scheduling_strategy": NodeAffinitySchedulingStrategy(node, soft=gpu_id < 0),
    }
    if gpu_id >= 0:
        # Ray would number the GPUs of each actor anew, and does not know of the first process's.
        found |= {"num_gpus": 1, "runtime_env": {"env_vars": {_ALL_VISIBLE: "1"}}}
    return found
