"""The backend `local`: processes of this machine."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from kernel.errors import UsageError
from kernel.numeric.ops import gpu_count
from kernel.processes.links import new_key
from kernel.processes.workers import Worker, deaf, start_anew
from kernel.training.members import First

HOST = "127.0.0.1"


def local(settings: Any, gpu_id: int) -> Callable[[bytes], First]:
    """Processes on this machine, new interpreters each, which share memory with this one.

    settings: of `[training.workers]`; they have no address. gpu_id: the first one's GPU; the others have those after it.
    """
    if settings.address is not None:
        raise UsageError(
            f"workers of this machine have no address, and training.workers.address is {settings.address!r}",
            hint='Leave it out, or take workers that can be elsewhere: backend = "ray".',
        )
    if gpu_id >= 0 and (there := gpu_count(gpu_id)) < gpu_id + settings.count:
        raise UsageError(
            f"training.workers.count = {settings.count} needs as many GPUs, numbered from {gpu_id}, and this machine has {there} in all, "
            "numbered from 0",
            hint='Take fewer workers, a lower --gpu-id, or workers on other machines: backend = "ray".',
        )
    return partial(_start, count=settings.count, timeout=settings.timeout)


def _start(task: bytes, *, count: int, timeout: float) -> First:
    processes: list[Worker] = []
    key = new_key()
    try:
        with deaf():
            for _ in range(count - 1):
                processes.append(start_anew("kernel_workers.process", "join"))
    except BaseException:
        for process in processes:
            process.end()
        raise
    first = First(processes, timeout, host=HOST, key=key)
    try:
        for rank in range(1, first.count):
            first.tell(rank, json.dumps([rank, first.count, HOST, key.hex()]).encode())
            first.tell(rank, task)
    except BaseException:
        first.close()
        raise
    return first
