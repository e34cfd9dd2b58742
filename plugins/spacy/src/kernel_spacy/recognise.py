"""Whether a path holds a pipeline of spaCy, told without reading its data."""

from __future__ import annotations

import json
from pathlib import Path

from kernel.errors import KernelError
from kernel_spacy.safe import Folder
from kernel_spacy.source import CONFIG, META


def is_spacy(path: Path) -> bool:
    """Whether a directory looks like one that spaCy saved, of whatever version; also if files of it are damaged or missing."""
    folder = Folder(path)
    try:
        meta = json.loads(folder.read(META))
    except (KernelError, ValueError, RecursionError):
        meta = None
    if isinstance(meta, dict):
        return "spacy_version" in meta
    try:
        return b'"spacy.' in folder.read(CONFIG)
    except KernelError:
        return False
