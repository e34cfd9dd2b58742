"""What a worker process of the backend `local` does."""

from __future__ import annotations

import json
import os
import select
import signal
import sys
from multiprocessing.connection import Connection
from threading import Thread

from kernel.processes.workers import leave
from kernel_workers.member import Other


def serve(connection: Connection) -> None:
    """Take part in the run of the process at the other end, until that is over or gone."""
    # Both are for the first process, which ends this one when it has saved. A whole group of processes may be told.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        rank, count = json.loads(connection.recv_bytes())
        task = connection.recv_bytes()
    except (EOFError, OSError):
        return
    _be_silent()
    _end_with(connection)
    from kernel.training.worker import work

    work(Other(rank, count, connection), task)
    # Threads of libraries, and what would be written at the end, are of no use to anybody.
    leave()


def _be_silent() -> None:
    """What is printed here the first member prints too."""
    sys.stdout.flush()
    sys.stderr.flush()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


def _end_with(connection: Connection) -> None:
    """Let this process end at once when the other one is gone, whatever it is computing."""
    if not hasattr(select, "poll"):
        return

    def watch() -> None:
        poll = select.poll()
        # Nothing is asked for, but that the other end has hung up is told all the same.
        poll.register(connection.fileno(), 0)
        poll.poll()
        leave()

    Thread(target=watch, daemon=True).start()
