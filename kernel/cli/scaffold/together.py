"""Texts for plugins that start the processes of a team."""

from kernel.cli.scaffold.kinds import Kind

WORKERS = Kind(
    module="workers",
    function="make_workers",
    registered="$owner.workers.v1",
    about="workers that train one run together, started in a way of its own",
    requires=("kernel-nlp-workers>=0.1,<0.2",),
    code='''"""A backend of `[training.workers]`: it starts processes. What they tell each other is the kernel's."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from kernel.errors import UsageError
from kernel.processes.links import new_key
from kernel.processes.workers import deaf, start_anew
from kernel.training.members import First

from $package.process import join

HOST = "127.0.0.1"  # The address of this machine, for the others.


def make_workers(settings: Any, gpu_id: int) -> Callable[[bytes], First]:
    """Processes of this machine. Nothing starts before `start` is called.

    settings: of `[training.workers]`. gpu_id: the GPU of this process, -1 for the CPU.
    """
    if settings.address is not None:
        raise UsageError("training.workers.address: these workers have none")
    return partial(start, count=settings.count, timeout=settings.timeout)


def start(task: bytes, *, count: int, timeout: float) -> First:
    """The member of this process; the others are the ranks from 1."""
    key = new_key()
    # What starts a process on another machine belongs here: anything with a connection, see `kernel.training.members.Peer`.
    program = join.__module__, join.__name__
    with deaf():
        processes = [start_anew(*program) for _ in range(count - 1)]
    first = First(processes, timeout, host=HOST, key=key)
    try:
        for rank in range(1, count):
            first.tell(rank, json.dumps([rank, count, HOST, key.hex()]).encode())
            first.tell(rank, task)
    except BaseException:
        first.close()
        raise
    return first
''',
    files={
        "process": '''"""What each of the processes does."""

import json
import os
from multiprocessing.connection import Connection

from kernel.processes.workers import end_with, ignore_signals, leave
from kernel.training.members import Other
from kernel.training.worker import work


def join(connection: Connection) -> None:
    """Take part in the run of the process at the other end of the connection, until that is over or gone."""
    ignore_signals()
    try:
        rank, count, host, key = json.loads(connection.recv_bytes())
        task = connection.recv_bytes()
    except (EOFError, OSError):
        return  # Whoever started this process has gone.
    # What is printed here the first process prints too.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    member = Other(rank, count, connection, host=host, key=bytes.fromhex(key))
    end_with(connection)
    work(member, task)
    leave()
''',
    },
    test='''"""The backend goes through the conformance suite: it trains with two and three workers, some of which fail or are killed."""

from kernel.testing import WorkersSuite


class TestWorkers(WorkersSuite):
    name = "$owner.workers.v1"
''',
    config={
        "training": "shards = 2",
        "training.workers": 'count = 2\nbackend = "$owner.workers.v1"',
    },
)
