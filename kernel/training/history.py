"""The history of a run: `history.jsonl` in its output, a row for each step and one for each evaluation.

Of a step: step, epoch, losses, learn_rate, dropout, words, seconds; now and then memory_mb, the largest so far. Of an
evaluation: step, epoch, score, scores, and the losses since the one before. Numbers that are not finite are null.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from math import isfinite
from pathlib import Path
from time import monotonic
from typing import Any

from kernel.errors import UsageError, warn
from kernel.training.run import Info, Run

FILE = "history.jsonl"
_FLUSH_SECONDS = 1.0
# Made once: each step has a row.
_encode = json.JSONEncoder(allow_nan=False).encode
_MEMORY_STEPS = 100
# That wait for a disk with room.
_MOST_ROWS = 100_000


class History:
    """Adds rows to the file of an output. Nothing is written before `begin` or `go_on`; rows wait a second at most.

    Training does not end for its sake: rows that can't be written wait on, with a warning. Where the file has gone, because
    somebody moved or removed the output, a new one is begun. renewed: called then.
    """

    def __init__(self, output: Path, renewed: Callable[[], None] = lambda: None) -> None:
        self.path = output / FILE
        self._renewed = renewed
        # Without a buffer, which would try again when the file is closed.
        self._file: Any = None
        self._size = 0
        self._rows: list[str] = []
        self._flushed = monotonic()

    @property
    def is_open(self) -> bool:
        """Whether rows are written."""
        return self._file is not None

    @property
    def waits(self) -> bool:
        """Whether there are rows that have not been written."""
        return bool(self._rows)

    def begin(self) -> None:
        """Begin a new file. `UsageError` if there can be none."""
        self._file, self._size = self._opened("wb"), 0

    def go_on(self, size: int) -> None:
        """Go on with the file as it was when it had so many bytes: what came later will come again."""
        self._file = self._opened("ab")
        found = self._file.tell()
        if found < size:
            warn(f"{self.path} has {found} bytes, and had {size} before: the rows between them are lost")
        self._size = min(found, size)
        self._file.truncate(self._size)
        # From now on it is that of the run that holds the lock, which readers tell by their times.
        with suppress(OSError):
            os.utime(self.path)

    def _opened(self, mode: str) -> Any:
        try:
            return self.path.open(mode, buffering=0)
        except OSError as error:
            raise UsageError(f"can't write {self.path}: {error.strerror or error}") from error

    def step(self, run: Run, info: Info) -> None:
        """Add the row of a step."""
        rate = getattr(run.optimizer, "learn_rate", None)
        row = {
            "step": info.step,
            "epoch": info.epoch,
            "losses": info.losses,
            "learn_rate": rate,
            "dropout": run.dropout,
            "words": info.words,
            "seconds": round(info.seconds, 3),
        }
        if info.step % _MEMORY_STEPS == 1:
            row["memory_mb"] = _memory()
        self._add(row)

    def evaluated(self, run: Run) -> None:
        """Add the row of an evaluation."""
        self._add(
            {
                "evaluation": run.step,
                "epoch": run.epoch,
                "score": run.score,
                "scores": run.scores,
                "losses": run.losses,
                "words": run.words,
                "seconds": round(run.seconds, 3),
            }
        )

    def flush(self) -> int:
        """Write what waits; returns the size of the file in bytes."""
        if self._file is None:
            return 0
        self._flushed = monotonic()
        data = memoryview("".join(self._rows).encode("utf8"))
        try:
            self._renew()
            written = 0
            while written < len(data):
                written += self._file.write(data[written:])
        except OSError as error:
            with suppress(OSError):
                self._file.truncate(self._size)
                self._file.seek(self._size)
            del self._rows[:-_MOST_ROWS]
            warn(f"{self.path} can't be written, its rows wait: {error.strerror or error}")
        else:
            self._rows = []
            self._size += len(data)
        return self._size

    def _renew(self) -> None:
        """Begin a new file where somebody has moved or removed that of the run."""
        try:
            if os.path.samestat(os.fstat(self._file.fileno()), self.path.stat()):
                return
        except FileNotFoundError:
            pass
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.path.open("wb", buffering=0)
        self._file.close()
        self._file, self._size = fresh, 0
        warn(f"{self.path} has been moved or removed: a new one begins with what comes now")
        self._renewed()

    def sync(self) -> None:
        """Let the disk have what was flushed."""
        if self._file is not None:
            with suppress(OSError):
                os.fsync(self._file.fileno())

    def close(self) -> None:
        """Write what waits, and close the file."""
        if self._file is not None:
            self.flush()
            self._file.close()
            self._file = None

    def _add(self, row: Mapping[str, Any]) -> None:
        try:
            text = _encode(row)
        except (ValueError, TypeError):
            text = _encode(plain(row))
        self._rows.append(text + "\n")
        if monotonic() - self._flushed >= _FLUSH_SECONDS:
            self.flush()


def rows(
    output: Path, size: int | None = None, *, damaged: Callable[[int], object] = lambda number: None
) -> Iterator[dict[str, Any]]:
    """The rows of an output, in their order; none if it has no history. A row that is cut off at the end is left out.

    size: how many bytes of the file to read, None for all. damaged: hears of each other row that can't be read, by its number from 1;
    it is left out, too.
    """
    try:
        file = (output / FILE).open("rb")
    except OSError:
        return
    with file:
        for number, line in enumerate(file, 1):
            if size is not None and file.tell() > size:
                return
            try:
                row = json.loads(line)
            except (ValueError, RecursionError):
                if line.endswith(b"\n"):
                    damaged(number)
                continue
            yield row


def plain(value: Any) -> Any:
    """What JSON can say of a value: numbers that are none, or infinite, are null; what it doesn't know is text."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return value if isfinite(value) else None
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def _memory() -> float | None:
    """The most memory that the process has had so far, in megabytes; None where nobody says."""
    try:
        import resource
        import sys
    except ImportError:
        return None
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(most / (2**20 if sys.platform == "darwin" else 2**10), 1)
