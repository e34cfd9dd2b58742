"""Paths and folders."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def ensure_path(path: Any) -> Any:
    """A string as a path; everything else as it is."""
    return Path(path) if isinstance(path, str) else path


@contextmanager
def working_dir(path: str | Path) -> Iterator[Path]:
    """Make a folder the current one within the block."""
    before, here = Path.cwd(), Path(path).resolve()
    os.chdir(here)
    try:
        yield here
    finally:
        os.chdir(before)


@contextmanager
def make_tempdir() -> Iterator[Path]:
    """A fresh folder that is gone at the end of the block."""
    folder = Path(tempfile.mkdtemp())
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
