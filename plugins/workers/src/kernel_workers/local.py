"""The backend `local`: processes of this machine."""

from __future__ import annotations

import json
from typing import Any

from kernel.processes.workers import Worker, deaf, start_anew
from kernel_workers.member import First


def start(task: bytes, settings: Any) -> First:
    """Processes on this machine, new interpreters each, which share memory with this one.

    task: for `kernel.training.worker.work`. settings: of `[training.workers]`.
    """
    workers: list[Worker] = []
    try:
        with deaf():
            for _ in range(settings.count - 1):
                workers.append(start_anew("kernel_workers.process", "serve"))
    except BaseException:
        for worker in workers:
            worker.end()
        raise
    first = First(workers, settings.timeout)
    try:
        for rank in range(1, first.count):
            first.tell(rank, json.dumps([rank, first.count]).encode())
            first.tell(rank, task)
    except BaseException:
        first.close()
        raise
    return first
