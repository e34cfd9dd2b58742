"""How `kernel.load` reads a pipeline of spaCy: as one of ours, that is built by its config and then given its data."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from kernel.errors import warn
from kernel.saving.saved import Saved
from kernel_spacy.found import is_spacy, pipeline_folder
from kernel_spacy.source import Source


def open_spacy(path: Path, left_out: Collection[str] = ()) -> AbstractContextManager[Saved] | None:
    """Pipelines as spaCy 3 saves them: a directory, the folder of a package, a wheel. None for anything else."""
    return opened(path, left_out) if is_spacy(path) else None


@contextmanager
def opened(
    path: Path,
    left_out: Collection[str] = (),
    *,
    changed: Callable[[str], Any] = lambda line: None,
    lost: Callable[[str], Any] = warn,
) -> Iterator[Saved]:
    """A pipeline of spaCy as one of ours that can be built.

    changed: gets a line for each thing in the config that is written otherwise here. lost: for what was left out, or is not as in spaCy.
    """
    # Whether a directory is one of spaCy's is asked of every pipeline, of those without text too.
    from kernel_spacy.translate import fill, our_config, our_meta

    with pipeline_folder(path) as folder:
        source = Source(folder, path)
        config, lines, gone = our_config(source, left_out)
        for line in lines:
            changed(line)
        for line in gone:
            lost(line)

        def give(nlp: Any, left_out: Collection[str]) -> None:
            for line in fill(source, nlp, left_out):
                lost(line)

        yield Saved(folder, path, config, our_meta(source), give)
