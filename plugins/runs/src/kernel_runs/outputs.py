"""What a run left in its output directory."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kernel.errors import DataError, UsageError
from kernel.saving.directories import BEST, LAST

if TYPE_CHECKING:
    from kernel.training.drift import Change

RECORD = "run.json"
HISTORY = "history.jsonl"
# Folders in an output in which no other run lies.
_PARTS = {BEST, LAST, "checkpoints", "__pycache__", "node_modules"}


@dataclass(frozen=True)
class Resumed:
    """A run went on although something had changed. step: after which. changes: what had changed, and was allowed."""

    step: int
    changes: tuple[Change, ...]

    def __str__(self) -> str:
        return f"resumed after step {self.step} with {'; '.join(map(str, self.changes))}"


@dataclass(frozen=True)
class Output:
    """The output of a run. path: the directory. manifest: what `run.json` says, see `kernel.training.manifest`."""

    path: Path
    manifest: Mapping[str, Any]

    @cached_property
    def steps(self) -> dict[int, dict[str, Any]]:
        """Number of a step -> its row in the history."""
        return {row["step"]: row for row in self._rows if isinstance(row.get("step"), int)}

    @cached_property
    def evaluations(self) -> dict[int, dict[str, Any]]:
        """Number of a step -> the row of its evaluation."""
        return {row["evaluation"]: row for row in self._rows if isinstance(row.get("evaluation"), int)}

    @property
    def best(self) -> dict[str, Any] | None:
        """The row of the evaluation whose weights are in `model-best`: the latest with the best score, None if there is none."""
        scored = [row for row in self.evaluations.values() if isinstance(row.get("score"), int | float)]
        return max(reversed(scored), key=lambda row: row["score"], default=None)

    @property
    def resumed(self) -> list[Resumed]:
        """Where the run went on although something had changed. `DataError` if the record says it in another way."""
        from kernel.training.drift import Change

        try:
            return [
                Resumed(entry["step"], tuple(Change(**change) for change in entry["changes"]))
                for entry in self.manifest.get("resumed") or ()
            ]
        except (TypeError, KeyError) as error:
            raise DataError(
                "'resumed' is not what this version knows by that name", path=self.path / RECORD
            ) from error

    @property
    def step(self) -> int | None:
        """The latest step that the history knows, None if it knows none."""
        return max([*self.steps, *self.evaluations], default=None)

    @property
    def speed(self) -> float | None:
        """Words a second, over everything; None if that is not known."""
        last = self.steps.get(max(self.steps, default=0), {})
        words, seconds = last.get("words"), last.get("seconds")
        return None if words is None or not seconds else float(words) / float(seconds)

    @cached_property
    def state(self) -> str:
        """`running`, `ended: REASON`, or `stopped` for a run that can be resumed; "" if nobody knows."""
        from kernel.errors import Locked
        from kernel.files.lock import refuse_if_locked
        from kernel.training.checkpoint import checkpoints, reason

        try:
            refuse_if_locked(self.path)
        except Locked:
            return "running"
        for folder in checkpoints(self.path):
            why = reason(folder)
            return f"ended: {why}" if why else "stopped"
        return ""

    @cached_property
    def is_replaced(self) -> bool:
        """Whether a run is at work that has written nothing yet: what is here is that of an earlier one."""
        if self.state != "running":
            return False
        from kernel.files.lock import lock_file

        try:
            begun = lock_file(self.path, inside=True).stat().st_mtime_ns
            return (self.path / HISTORY).stat().st_mtime_ns < begun
        except OSError:
            return False

    @cached_property
    def _rows(self) -> list[dict[str, Any]]:
        from kernel.training.history import rows

        return [row for row in rows(self.path) if isinstance(row, dict) and _is_whole(row)]


def read(path: Path) -> Output:
    """The output at a path, which may also be that of a model in it. `UsageError` if no run wrote there."""
    for folder in (path, path.absolute().parent):
        if (folder / RECORD).is_file() and (folder == path or path.name in (BEST, LAST)):
            return Output(folder, _manifest(folder / RECORD))
    where = "is not there" if not path.exists() else f"is no output of a run: there is no {RECORD} in it"
    raise UsageError(f"{path} {where}", hint="Give the directory that was given to kernel train as --output.")


def find(directory: Path) -> Iterator[Path]:
    """Outputs of runs, at a directory and below it, in the order of their names; hidden folders and links are left out."""
    for folder, names, files in os.walk(directory):
        names[:] = sorted(name for name in names if not name.startswith(".") and name not in _PARTS)
        if RECORD in files:
            yield Path(folder)


def _manifest(file: Path) -> dict[str, Any]:
    from kernel.training.drift import strange

    try:
        found = json.loads(file.read_bytes())
    except OSError as error:
        raise DataError(f"can't be read: {error.strerror or error}", path=file) from error
    except ValueError as error:
        raise DataError(f"no JSON: {error}", path=file) from error
    except RecursionError as error:
        raise DataError("not the record of a run: it is nested too deeply", path=file) from error
    if not isinstance(found, dict):
        raise DataError("not the record of a run: no object", path=file)
    part = strange(found)
    if part is not None:
        raise DataError(f"not the record of a run: {part} is of another kind", path=file)
    return found


def _is_whole(row: Mapping[str, Any]) -> bool:
    """Whether a row of a history has what rows have, as far as it is read here."""
    return all(isinstance(row.get(name), dict | None) for name in ("scores", "losses")) and all(
        isinstance(row.get(name), int | float | None) for name in ("words", "seconds")
    )
