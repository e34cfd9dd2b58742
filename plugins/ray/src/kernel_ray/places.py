"""On which machines of a cluster the processes run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kernel.errors import UsageError


def room(nodes: Sequence[Mapping[str, Any]], gpu_id: int) -> dict[str, int]:
    """How many processes each machine takes, by its number: one for each CPU, or for each GPU from `gpu_id` on if that is one.

    nodes: as Ray describes them.
    """
    there = {node["NodeID"]: node["Resources"] for node in nodes if node["Alive"]}
    cpus = {node: int(found.get("CPU", 0)) for node, found in there.items()}
    if gpu_id < 0:
        return cpus
    return {node: max(0, min(cpus[node], int(found.get("GPU", 0)) - gpu_id)) for node, found in there.items()}


def check_room(found: Mapping[str, int], own: str, count: int, gpu_id: int) -> None:
    """`UsageError` if there is too little room: Ray would wait for ever.

    found: of `room`. own: the machine of the first process. count: of processes, that one included.
    """
    there, wanted = sum(found.values()), count - 1
    if gpu_id >= 0:
        # The first process has one of its own.
        there -= min(1, found.get(own, 0))
    if there >= wanted:
        return
    if gpu_id >= 0:
        what = f"{there} GPUs, numbered from {gpu_id} on each machine, besides that of this process"
        needs = f"{wanted}: one for each worker"
    else:
        what, needs = f"{there} CPUs", f"{wanted} besides this process"
    raise UsageError(
        f"the cluster of Ray has {what}, and training.workers.count = {count} needs {needs}",
        hint="Take fewer workers, or add machines: ray start --address ADDRESS",
    )


def places(cpus: Mapping[str, int], own: str, count: int) -> list[str]:
    """The machine of each process but the first one, spread evenly.

    cpus: machine -> how many processes it takes. own: the machine of the first process, which takes a place there if one is left. There
    must be room for all.
    """
    used = dict.fromkeys(cpus, 0)
    if own in used:
        used[own] = 1
    found: list[str] = []
    while len(found) < count:
        # One whose only place is the first process's is the last resort: that process may well share it.
        free = [node for node in cpus if used[node] < cpus[node]] or [own]
        node = min(free, key=lambda node: (used[node], node))
        used[node] += 1
        found.append(node)
    return found


def local_ranks(nodes: Sequence[str], own: str) -> list[int]:
    """The number of each process among those of its machine, from 0. nodes: the machine of each process but the first, whose is `own`."""
    here, found = {own: 1}, []
    for node in nodes:
        found.append(here.get(node, 0))
        here[node] = found[-1] + 1
    return found
