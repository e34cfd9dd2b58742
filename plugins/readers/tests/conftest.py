"""A pipeline to read with, and files to read."""

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import pytest

from kernel.language import Language
from kernel.vocab.attrs import ORTH


class Plain(Language):
    """A pipeline that takes punctuation from words, and needs no package of languages."""

    class Defaults(Language.Defaults):
        suffixes = (r"[.,;:!?'\")\]]", r"'s")
        prefixes = (r"[('\"\[]",)
        infixes = (r"-",)
        tokenizer_exceptions: ClassVar = {"don't": [{ORTH: "do"}, {ORTH: "n't"}]}


@pytest.fixture(scope="session")
def nlp() -> Language:
    return Plain()


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
