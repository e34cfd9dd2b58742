"""A run as its output tells of it: also one that goes on, that failed, or that left only a part of this."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kernel.errors import DataError, Locked, UsageError
from kernel.files.lock import lock_file, refuse_if_locked
from kernel.saving.directories import BEST, LAST
from kernel.training.checkpoint import checkpoints, failed, latest, reason
from kernel.training.drift import strange
from kernel.training.history import FILE as HISTORY
from kernel.training.history import rows
from kernel.training.output import RECORD
from kernel_report import kept
from kernel_report.curve import Curves, number, position
from kernel_report.kept import Kept


@dataclass(frozen=True)
class Run:
    """The output of a run.

    path: of the output. name: what tells it from the others on the page. state: `running`, `ended: REASON`, `stopped`, `failed`
    or "" where nobody knows. record: what `run.json` says, see `kernel.training.manifest`; empty if nobody kept it.
    settings: the whole config, filled and interpolated; empty likewise. curves: numbers of steps and evaluations. step: the latest
    one that is known, 0 for none. best, last: rows of evaluations, see `kernel.training.history`. problems: what could not be
    read, in plain sentences. kept: predictions and data.
    """

    path: Path
    name: str
    state: str = ""
    record: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    curves: Curves = field(default_factory=Curves)
    step: int = 0
    epoch: int = 0
    best: Mapping[str, Any] | None = None
    last: Mapping[str, Any] | None = None
    problems: Sequence[str] = ()
    kept: Kept = field(default_factory=Kept)


def read_runs(paths: Iterable[Path], tell: Callable[[int], None] = lambda _: None) -> list[Run]:
    """The runs in some outputs, named so that they can be told apart. `UsageError` if no run wrote there.

    tell: hears of how many rows have been read, now and then.
    """
    folders = list(dict.fromkeys(map(folder_of, paths)))
    return [read_run(folder, name, tell) for folder, name in zip(folders, _names(folders), strict=True)]


def read_run(path: Path, name: str | None = None, tell: Callable[[int], None] = lambda _: None) -> Run:
    """The run in an output. name: None for that of the folder."""
    problems: list[str] = []
    record, settings = _record(path, problems)
    state = state_of(path)
    if state == "running" and _is_of_another(path):
        problems.append(
            "A run is at work here that has written nothing yet: what is shown is of the one before it."
        )
    found = _History()
    damaged = _Damaged()
    try:
        for count, row in enumerate(rows(path, damaged=damaged), 1):
            if isinstance(row, dict):
                found.add(row)
            if count % 1000 == 0:
                tell(count)
    except OSError as error:
        problems.append(f"{HISTORY} can't be read to its end: {error}")
    if damaged.rows:
        problems.append(
            f"{HISTORY} is damaged: {damaged.rows:,} of its rows can't be read, the first is row {damaged.first:,}."
        )
    if not found.step:
        problems.append(f"There is no step in {HISTORY}: curves and scores are not known.")
    return Run(
        path=path,
        name=path.absolute().name if name is None else name,
        state=state,
        record=record,
        settings=settings,
        curves=found.curves,
        step=found.step,
        epoch=found.epoch,
        best=found.best,
        last=found.last,
        problems=problems,
        kept=kept.read(path, record.get("config")),
    )


def folder_of(path: Path) -> Path:
    """The output that a path means: it, or the one that a model in it lies in. `UsageError` if no run wrote there."""
    for folder in (path, path.absolute().parent):
        is_output = any((folder / name).is_file() for name in (RECORD, HISTORY)) or checkpoints(folder)
        if is_output and (folder == path or path.name in (BEST, LAST)):
            return folder
    where = (
        "is not there" if not path.exists() else f"is no output of a run: it has no {RECORD} and no {HISTORY}"
    )
    raise UsageError(f"{path} {where}", hint="Give the directory that was given to kernel train as --output.")


class _History:
    """What is kept of the rows of a history."""

    def __init__(self) -> None:
        self.curves = Curves()
        self.step = self.epoch = 0
        self.best: Mapping[str, Any] | None = None
        self.last: Mapping[str, Any] | None = None

    def add(self, row: Mapping[str, Any]) -> None:
        self.curves.add(row)
        step = position(row.get("step", row.get("evaluation")))
        if step is None:
            return
        self.step = max(self.step, step)
        self.epoch = max(self.epoch, position(row.get("epoch")) or 0)
        if position(row.get("evaluation")) is not None:
            self.last = row
            # The latest of those that are equally good is in model-best.
            if number(row.get("score")) is not None and (
                self.best is None or _score(row) >= _score(self.best)
            ):
                self.best = row


class _Damaged:
    """Counts rows that can't be read. first: the number of the first of them."""

    def __init__(self) -> None:
        self.rows = self.first = 0

    def __call__(self, number: int) -> None:
        self.rows += 1
        self.first = self.first or number


def _score(row: Mapping[str, Any]) -> float:
    found = number(row.get("score"))
    return float("-inf") if found is None else found


def _names(folders: Sequence[Path]) -> list[str]:
    """The shortest ends of paths that differ from each other."""
    parts = [folder.absolute().parts for folder in folders]
    for length in range(1, max(map(len, parts), default=1) + 1):
        names = ["/".join(part[-length:]) for part in parts]
        if len(set(names)) == len(names):
            return names
    return [str(folder) for folder in folders]


def _record(path: Path, problems: list[str]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The record of a run and its settings; those that a checkpoint keeps where there is no other."""
    file = path / RECORD
    try:
        found = json.loads(file.read_bytes())
        part = strange(found)
        if part is None:
            return found, found.get("settings") or {}
        problems.append(f"{RECORD} is not the record of a run: {part} is of another kind.")
    except FileNotFoundError:
        problems.append(f"There is no {RECORD}.")
    except (OSError, ValueError, RecursionError) as error:
        problems.append(f"{RECORD} can't be read: {error}")
    kept = _kept(path, problems)
    if not kept:
        problems.append("Versions, digests and settings are not known.")
    return kept, kept.get("settings") or {}


def _kept(path: Path, problems: list[str]) -> Mapping[str, Any]:
    try:
        found = latest(path)
    except DataError as error:
        problems.append(error.message)
        return {}
    facts = None if found is None else found[1].part("facts")
    return facts if isinstance(facts, dict) and strange(facts) is None else {}


def state_of(path: Path) -> str:
    """The state of the run in an output, see `Run`. Of a run on another computer nobody knows here that it goes on."""
    try:
        refuse_if_locked(path)
    except Locked:
        return "running"
    return outcome_of(path)


def outcome_of(path: Path) -> str:
    """The state of a run that doesn't go on, also while it still has its output locked."""
    if failed(path).is_dir():
        return "failed"
    for folder in checkpoints(path):
        why = reason(folder)
        return f"ended: {why}" if why else "stopped"
    return ""


def _is_of_another(path: Path) -> bool:
    """Whether the history is from before the run that is at work."""
    try:
        begun = lock_file(path, inside=True).stat().st_mtime_ns
        return (path / HISTORY).stat().st_mtime_ns < begun
    except OSError:
        return False
