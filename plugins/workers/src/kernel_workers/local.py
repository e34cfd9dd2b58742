"""The backend `local`: processes of this machine."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from kernel.errors import UsageError
from kernel.numeric.ops import gpu_count
from kernel.processes.workers import Worker, deaf, start_anew
from kernel_workers.member import First


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
    workers: list[Worker] = []
    try:
        with deaf():
            for _ in range(count - 1):
                workers.append(start_anew("kernel_workers.process", "serve"))
    except BaseException:
        for worker in workers:
            worker.end()
        raise
    first = First(workers, timeout)
    try:
        for rank in range(1, first.count):
            first.tell(rank, json.dumps([rank, first.count]).encode())
            first.tell(rank, task)
    except BaseException:
        first.close()
        raise
    return first
