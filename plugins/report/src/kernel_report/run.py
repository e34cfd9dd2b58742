"""A run as its output tells of it: also one that goes on, that failed, or that left only a part of this."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kernel.errors import Locked, UsageError
from kernel.files.lock import refuse_if_locked
from kernel.saving.directories import BEST, LAST
from kernel.training.checkpoint import checkpoints, failed, reason
from kernel.training.drift import strange
from kernel.training.history import FILE as HISTORY
from kernel.training.history import rows
from kernel.training.output import RECORD
from kernel_report.curve import Curves


@dataclass(frozen=True)
class Run:
    """The output of a run.

    path: of the output. name: what tells it from the others on the page. state: `running`, `ended: REASON`, `stopped`, `failed`
    or "" where nobody knows. record: what `run.json` says, see `kernel.training.manifest`; empty if it is missing or damaged.
    config: the whole config as it was filled, empty if nobody kept it. curves: numbers of steps and evaluations.
    step: the latest one that is known, 0 for none. best, last: rows of evaluations, see `kernel.training.history`.
    problems: what could not be read, in plain sentences.
    """

    path: Path
    name: str
    state: str = ""
    record: Mapping[str, Any] = field(default_factory=dict)
    config: Mapping[str, Any] = field(default_factory=dict)
    curves: Curves = field(default_factory=Curves)
    step: int = 0
    best: Mapping[str, Any] | None = None
    last: Mapping[str, Any] | None = None
    problems: Sequence[str] = ()


def read_runs(paths: Iterable[Path]) -> list[Run]:
    """The runs in some outputs, named so that they can be told apart. `UsageError` if no run wrote there."""
    folders = list(dict.fromkeys(_folder(path) for path in paths))
    return [read_run(folder, name) for folder, name in zip(folders, _names(folders), strict=True)]


def read_run(path: Path, name: str | None = None) -> Run:
    """The run in an output. name: None for that of the folder."""
    problems: list[str] = []
    record = _record(path / RECORD, problems)
    curves = Curves()
    best: Mapping[str, Any] | None = None
    last: Mapping[str, Any] | None = None
    step = 0
    for row in rows(path):
        if not isinstance(row, dict):
            continue
        curves.add(row)
        number = row.get("step", row.get("evaluation"))
        step = max(step, number) if isinstance(number, int) else step
        if "evaluation" in row:
            last = row
            best = row if best is None or _score(row) >= _score(best) else best
    return Run(
        path=path,
        name=path.absolute().name if name is None else name,
        state=_state(path),
        record=record,
        config=record.get("settings") or {},
        curves=curves,
        step=step,
        best=best,
        last=last,
        problems=problems,
    )


def _folder(path: Path) -> Path:
    """The output that a path means: it, or the one that a model in it lies in."""
    for folder in (path, path.absolute().parent):
        is_output = any((folder / name).exists() for name in (RECORD, HISTORY)) or checkpoints(folder)
        if is_output and (folder == path or path.name in (BEST, LAST)):
            return folder
    where = (
        "is not there"
        if not path.exists()
        else "is no output of a run: it has no run.json and no history.jsonl"
    )
    raise UsageError(f"{path} {where}", hint="Give the directory that was given to kernel train as --output.")


def _names(folders: Sequence[Path]) -> list[str]:
    """The shortest ends of paths that differ from each other."""
    parts = [folder.absolute().parts for folder in folders]
    for length in range(1, max(map(len, parts), default=1) + 1):
        names = ["/".join(part[-length:]) for part in parts]
        if len(set(names)) == len(names):
            return names
    return [str(folder) for folder in folders]


def _record(file: Path, problems: list[str]) -> dict[str, Any]:
    try:
        found = json.loads(file.read_bytes())
    except FileNotFoundError:
        problems.append(f"There is no {file.name}: versions, digests and settings are not known.")
        return {}
    except (OSError, ValueError, RecursionError) as error:
        problems.append(f"{file.name} can't be read: {error}")
        return {}
    part = strange(found)
    if part is not None:
        problems.append(f"{file.name} is not the record of a run: {part} is of another kind.")
        return {}
    return dict(found)


def _state(path: Path) -> str:
    try:
        refuse_if_locked(path)
    except Locked:
        return "running"
    if failed(path).is_dir():
        return "failed"
    for folder in checkpoints(path):
        why = reason(folder)
        return f"ended: {why}" if why else "stopped"
    return ""


def _score(row: Mapping[str, Any]) -> float:
    score = row.get("score")
    return float(score) if isinstance(score, int | float) else float("-inf")
