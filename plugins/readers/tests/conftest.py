"""A pipeline to read with, and files to read."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kernel import blank
from kernel.language import Language


@pytest.fixture(scope="session")
def nlp() -> Language:
    return blank("en")


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """`write("train.iob", "Ada B-PERSON", ...)` writes lines, or bytes as they are, and returns the path."""

    def save(name: str, *lines: str | bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if lines and isinstance(lines[0], bytes):
            path.write_bytes(lines[0])
        else:
            path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return path

    return save
