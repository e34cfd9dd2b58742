"""The field's binary corpus format, `.spacy`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kernel.errors import DataError, KernelError
from kernel.tokens import Doc, DocBin
from kernel_readers.lines import check_readable


def read(path: Path, nlp: Any, *, n_sents: int | None = None) -> Iterator[Doc]:
    """Yield the documents of a `.spacy` file; they keep the grouping they were stored with."""
    check_readable(path)
    try:
        store = DocBin().from_disk(path)
    except KernelError:
        raise
    except Exception as error:
        raise DataError(
            f"not a readable .spacy file, it may be truncated or of another format ({error})", path=path
        ) from error
    yield from store.get_docs(nlp.vocab)
