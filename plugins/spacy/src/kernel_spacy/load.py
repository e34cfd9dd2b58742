"""How `kernel.load` reads a pipeline of spaCy: as one of ours, that is built by its config and then given its data."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from kernel.errors import warn
from kernel.saving.saved import Saved
from kernel_spacy.recognise import is_spacy
from kernel_spacy.source import Source
from kernel_spacy.translate import fill, our_config, our_meta


def open_spacy(path: Path, left_out: Collection[str] = ()) -> AbstractContextManager[Saved] | None:
    """Pipelines as spaCy 3 saves them."""
    return _opened(path, left_out) if is_spacy(path) else None


@contextmanager
def _opened(path: Path, left_out: Collection[str]) -> Iterator[Saved]:
    source = Source(path, path)
    config, _ = our_config(source, left_out)

    def give(nlp: object, left_out: Collection[str]) -> None:
        for line in fill(source, nlp, left_out):
            warn(line)

    yield Saved(source.root, path, config, our_meta(source), give)
