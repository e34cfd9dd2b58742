"""What is kept of predictions and data between the making of pages: JSON files beside the history."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kernel.files.atomic import atomic_file
from kernel.training.history import plain

# Of the callback, while a run goes on; of the command, after it.
FILE = "report.json"
ASKED = "predictions.json"
VERSION = 1
# What it leads to if a file of that name holds something else: it may be anything.
DAMAGED = (KeyError, IndexError, TypeError, ValueError, AttributeError, ArithmeticError)
# Somebody's file of that name could be of any size.
_LARGEST = 1 << 26


@dataclass(frozen=True)
class Kept:
    """What is known of the predictions of a run.

    best, latest: of the evaluation with the best score, and of the latest if that is another one: see `Collector.result`, with
    step, score, and `source`, which says what was predicted. data: see `describe`.
    """

    best: Mapping[str, Any] | None = None
    latest: Mapping[str, Any] | None = None
    data: Mapping[str, Any] | None = field(default=None)

    @property
    def shown(self) -> Mapping[str, Any] | None:
        """The predictions to look at: those of the best evaluation, of the latest where none was the best."""
        return self.best or self.latest


def write(output: Path, run: str, kept: Kept) -> None:
    """Write what a run has kept. run: the digest of its config, by which it is known again."""
    save(output / FILE, {"run": run, "best": kept.best, "latest": kept.latest, "data": kept.data})


def read(output: Path, run: str | None = None) -> Kept:
    """What the callback or the command left in an output; nothing if it is of another run, or can't be read."""
    found = load(output / FILE)
    if found is None or (run is not None and found.get("run") not in (None, run)):
        return Kept()
    best, latest, data = (_mapping(found.get(key)) for key in ("best", "latest", "data"))
    return Kept(best, latest, data)


def save(path: Path, value: Mapping[str, Any]) -> None:
    """Write a file of plain data, whole or not at all. Numbers that are none, or infinite, are null."""
    text = json.dumps(plain({"version": VERSION, **value}), allow_nan=False, separators=(",", ":"))
    with atomic_file(path) as fresh:
        fresh.write_text(text + "\n", encoding="utf8")


def load(path: Path) -> dict[str, Any] | None:
    """What `save` wrote; None if it isn't there, is of another version, or is no such file."""
    with suppress(OSError, ValueError, RecursionError):
        if path.stat().st_size <= _LARGEST:
            found = json.loads(path.read_bytes())
            if isinstance(found, dict) and found.get("version") == VERSION:
                return found
    return None


def _mapping(value: Any) -> Mapping[str, Any] | None:
    return value if isinstance(value, dict) else None
