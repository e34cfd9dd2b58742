"""A saved pipeline that can be built."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kernel.config import Config


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved pipeline that was checked, and not built yet.

    folder: where its files are to be read now. path: the directory as it was named. config: not interpolated. fill: called
    with the pipeline that was built and what is left out, gives it its data; None if the folder holds them as we write them.
    """

    folder: Path
    path: Path
    config: Config
    meta: dict[str, Any]
    fill: Callable[[Any, Collection[str]], None] | None = None
