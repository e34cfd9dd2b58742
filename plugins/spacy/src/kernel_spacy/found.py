"""Where a pipeline of spaCy is, and whether a path holds one; told without reading its data."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kernel.errors import KernelError
from kernel_spacy.safe import Folder
from kernel_spacy.source import CONFIG, META
from kernel_spacy.wheels import unpacked

WHEEL = ".whl"


def is_spacy(path: Path) -> bool:
    """Whether a path looks like a pipeline of spaCy, of whatever version, also where files of it are damaged or missing.

    A directory as it was saved, or a package of one; a wheel, which nothing else loads.
    """
    if path.is_file():
        return path.suffix == WHEEL
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


@contextmanager
def pipeline_folder(path: Path) -> Iterator[Path]:
    """The directory with the files of a pipeline: that of a wheel is there for the block."""
    if path.is_file():
        with unpacked(path) as folder:
            yield folder
        return
    if not (path / CONFIG).exists() and (path / "__init__.py").is_file():
        # The folder of a package: the pipeline is in one with the version in its name.
        inner = sorted(file.parent for file in path.glob(f"*/{CONFIG}"))
        path = inner[-1] if inner else path
    yield path
