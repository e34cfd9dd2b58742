"""Fixtures: a place for commands; files in every format."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kernel.testing.plugin import box

__all__ = ["box"]

# Words as real files have them: accents, no-break spaces, spaces, signs, numbers.
WORDS = ["the", "naïve", "a\u00a0b", "new york city", ".", "1999", "\u3000", "😀", "NOUN", "</s>"]
VECTORS = np.round(np.random.default_rng(0).normal(size=(len(WORDS), 7)), 4).astype(np.float32)


def numbers(row: Any) -> str:
    return " ".join(str(value) for value in row)


def text_of(
    words: list[str], vectors: Any, *, header: bool = True, end: str = "\n", between: str = " "
) -> bytes:
    """A file of word2vec, or of GloVe without a header."""
    lines = [f"{len(words)} {vectors.shape[1]}"] if header else []
    lines += [
        f"{word} {numbers(row)}".replace(" ", between) for word, row in zip(words, vectors, strict=True)
    ]
    return "".join(line + end for line in lines).encode()


def binary_of(words: list[str], vectors: Any, *, end: bytes = b"\n") -> bytes:
    """A binary file of word2vec. end: what stands behind a row: some tools write a line break."""
    rows = zip(words, np.asarray(vectors, dtype="<f4"), strict=True)
    return f"{len(words)} {vectors.shape[1]}\n".encode() + b"".join(
        word.encode() + b" " + row.tobytes() + end for word, row in rows
    )


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., tuple[dict[str, Any], Any]]:
    """Reads a file, or its bytes: (word -> vector, what was collected)."""
    from kernel_vectors.collect import collect
    from kernel_vectors.containers import opened
    from kernel_vectors.recognise import recognise
    from kernel_vectors.skipped import Skipped

    def run(data: bytes | Path, *, name: str = "a.vec", entry: str | None = None, **limits: int) -> Any:
        path = data if isinstance(data, Path) else tmp_path / name
        if isinstance(data, bytes):
            path.write_bytes(data)
        with opened(path, entry=entry) as content:
            skipped = Skipped(content.path, "line")
            source = recognise(content, skipped)
            skipped.unit = source.unit
            found = collect(source, tmp_path / "rows.npy", content.path, skipped, **limits)
            skipped.tell()
        table = np.load(found.file)
        if found.floret is not None:
            return table, found
        return {word: table[row] for word, row in zip(found.keys, found.rows, strict=True)}, found

    return run
