"""What a worker process of the backend `local` does."""

from __future__ import annotations

import json
import os
import sys
from multiprocessing.connection import Connection

from kernel.processes.workers import end_with, ignore_signals, leave


def join(connection: Connection) -> None:
    """Take part in the run of the process at the other end, until that is over or gone."""
    ignore_signals()
    try:
        rank, count, host, key = json.loads(connection.recv_bytes())
        task = connection.recv_bytes()
    except (EOFError, OSError):
        return
    _be_silent()
    end_with(connection)
    from kernel.training.members import Other
    from kernel.training.worker import work

    work(Other(rank, count, connection, host=host, key=bytes.fromhex(key)), task)
    # Threads of libraries, and what would be written at the end, are of no use to anybody.
    leave()


def _be_silent() -> None:
    """What is printed here the first member prints too."""
    sys.stdout.flush()
    sys.stderr.flush()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
