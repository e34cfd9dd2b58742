"""A JSON Lines file with one object for every evaluation."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kernel import hookimpl
from kernel.training.run import Info, Run


def jsonl_log(path: Path, every_step: bool = False) -> "JsonlLog":
    """Log evaluations to a file, which is written anew.

    path: the file; its directory is created. every_step: also an object for each step, with the losses of that step.
    Keys: epoch, step, losses, scores, score, words, seconds.
    """
    return JsonlLog(path, every_step)


class JsonlLog:
    """Writes each object at once, so that a crash loses none."""

    def __init__(self, path: Path, every_step: bool = False) -> None:
        self.path = path
        self.every_step = every_step

    @hookimpl
    def train_start(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text("", encoding="utf8")

    @hookimpl
    def step_end(self, info: Info) -> None:
        if self.every_step:
            row = {"epoch": info.epoch, "step": info.step, "losses": info.losses}
            append(self.path, {**row, "words": info.words, "seconds": round(info.seconds, 3)})

    @hookimpl
    def evaluated(self, run: Run, scores: Mapping[str, Any]) -> None:
        row = {"epoch": run.epoch, "step": run.step, "losses": run.losses, "scores": scores, "score": run.score}
        append(self.path, {**row, "words": run.words, "seconds": round(run.seconds, 3)})


def append(path: Path, row: Mapping[str, Any]) -> None:
    """Add one object to a JSON Lines file."""
    with path.open("a", encoding="utf8") as file:
        file.write(json.dumps(row, default=_plain) + "\n")


def _plain(value: Any) -> Any:
    return value.tolist() if hasattr(value, "tolist") else str(value)
