"""Plain text: one document a line, nothing annotated."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kernel.tokens import Doc
from kernel_readers.lines import numbered_lines


def read(path: Path, nlp: Any, *, n_sents: int | None = None) -> Iterator[Doc]:
    """Yield a document for every line that is not blank."""
    for _, line in numbered_lines(path):
        if line.strip():
            yield nlp.make_doc(line)
