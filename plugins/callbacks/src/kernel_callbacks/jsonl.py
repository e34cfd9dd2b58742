"""A JSON Lines file with one object for every evaluation."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kernel import hookimpl
from kernel.errors import warn
from kernel.training.history import plain
from kernel.training.run import Info, Run


def jsonl_log(path: Path, every_step: bool = False) -> "JsonlLog":
    """Log evaluations to a file, which is written anew; a run that is resumed goes on with it where it was.

    path: the file; its directory is created. every_step: also an object for each step, with the losses of that step.
    Keys: epoch, step, losses, scores, score, words, seconds. Numbers that are not finite are null.
    """
    return JsonlLog(path, every_step)


class JsonlLog:
    """Writes each object at once, so that a crash loses none."""

    only_tells = True

    def __init__(self, path: Path, every_step: bool = False) -> None:
        self.path = path
        self.every_step = every_step

    @hookimpl
    def train_start(self, run: Run) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if not run.step:
            self.path.write_text("", encoding="utf8")

    @hookimpl
    def step_end(self, info: Info) -> None:
        if self.every_step:
            row = {"epoch": info.epoch, "step": info.step, "losses": info.losses}
            append(self.path, {**row, "words": info.words, "seconds": round(info.seconds, 3)})

    @hookimpl
    def evaluated(self, run: Run, scores: Mapping[str, Any]) -> None:
        row = {
            "epoch": run.total_epochs,
            "step": run.step,
            "losses": run.losses,
            "scores": scores,
            "score": run.score,
        }
        append(self.path, {**row, "words": run.words, "seconds": round(run.seconds, 3)})

    def state(self) -> dict[str, Any]:
        return {"size": size(self.path)}

    def restore(self, state: Mapping[str, Any]) -> None:
        cut(self.path, state["size"])


def append(path: Path, row: Mapping[str, Any]) -> None:
    """Add one object to a JSON Lines file."""
    with path.open("a", encoding="utf8") as file:
        file.write(json.dumps(plain(row), allow_nan=False) + "\n")


def size(path: Path) -> int:
    """The bytes of a file, 0 if there is none."""
    return path.stat().st_size if path.exists() else 0


def cut(path: Path, size: int) -> None:
    """Take the rows off that a file got after it had so many bytes: they will come again."""
    found = path.stat().st_size if path.exists() else 0
    if found < size:
        warn(
            f"{path} has {found} bytes, and had {size} when the run was interrupted: rows between them are lost"
        )
    if found > size:
        with path.open("rb+") as file:
            file.truncate(size)
