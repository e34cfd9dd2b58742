"""On which machines of a cluster the processes run."""

from __future__ import annotations

from collections.abc import Mapping


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
