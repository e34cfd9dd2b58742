"""Notes the CPU time before every step, in a file with a line for each. Given to the `train` command of either library by `--code`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from time import process_time
from typing import Any

_LIBRARY = "spacy" if "spacy" in sys.modules else "kernel"
_registry: Any = import_module(f"{_LIBRARY}.util" if _LIBRARY == "spacy" else _LIBRARY).registry


@_registry.callbacks("settings.Clock.v1")
def clock(path: str) -> Callable[[Any, dict[str, Any]], None]:
    """A function for `[training.before_update]`."""
    times: list[str] = []

    def note(nlp: Any, info: dict[str, Any]) -> None:
        times.append(f"{process_time()}\n")
        Path(path).write_text("".join(times), encoding="utf-8")

    return note
