"""Components that hold a pickle, which can run any code when it is read; so it is not."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

from kernel_spacy.source import Source

_NAMES = (".pkl", ".pickle", ".joblib", ".dill")
# The first bytes of a pickle: the mark of protocols 2 to 5. Nothing else that a pipeline holds begins so.
_STARTS = tuple(bytes([0x80, protocol]) for protocol in range(2, 6))


def with_pickles(source: Source, names: Collection[str]) -> dict[str, str]:
    """Which of some components hold a pickle, and the first file of each that is one."""
    found = {name: _first(source, name) for name in names if source.has(name)}
    return {name: file for name, file in found.items() if file}


def _first(source: Source, name: str) -> str:
    top = source.path(name)
    files = (
        [top] if top.is_file() else sorted(Path(at, file) for at, _, some in os.walk(top) for file in some)
    )
    for file in files:
        shown = file.relative_to(source.root).as_posix()
        if file.suffix in _NAMES:
            return shown
        with file.open("rb") as stream:
            if stream.read(2) in _STARTS:
                return shown
    return ""
