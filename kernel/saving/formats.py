"""Pipelines in the formats of other programs: packages read them, and loading asks these packages.

An entry point of the group `kernel_formats` is a function of a path and what is to be left out. It returns None if the path
holds nothing of its format, or else a context in which the pipeline can be read: a `Saved` whose config is one of ours, with
a function that gives the pipeline built of it its data.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from kernel.discovery.rules import entry_points
from kernel.files.atomic import LARGEST_TABLE, MANIFEST
from kernel.registries.loading import load_entry_point

if TYPE_CHECKING:
    from kernel.saving.saved import Saved

GROUP = "kernel_formats"
Format = Callable[[Path, Collection[str]], "AbstractContextManager[Saved] | None"]


def opened(path: Path, left_out: Collection[str] = ()) -> AbstractContextManager[Saved] | None:
    """What the first package that knows the format of a pipeline makes of it; None if it is ours, or nobody knows it."""
    if is_ours(path):
        return None
    for point in sorted(entry_points(GROUP), key=lambda point: (point.name, point.distribution)):
        make: Format = load_entry_point(point, "format of pipelines")
        found = make(path, left_out)
        if found is not None:
            return found
    return None


def is_ours(path: Path) -> bool:
    """Whether a directory was written by `nlp.to_disk`, as its meta table says, or its manifest if it has none that can be read.

    A package that writes pipelines for other programs may write a manifest too.
    """
    file = path / "meta.json"
    try:
        # A FIFO would be waited for.
        is_read = file.is_file() and file.stat().st_size <= LARGEST_TABLE
        meta = json.loads(file.read_bytes()) if is_read else None
    except (OSError, ValueError, RecursionError):
        meta = None
    return "kernel_version" in meta if isinstance(meta, dict) else (path / MANIFEST).is_file()
