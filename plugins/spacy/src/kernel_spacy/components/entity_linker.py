"""The entity linker: knowledge base, settings and weights of one of theirs."""

from __future__ import annotations

from typing import Any

from kernel.errors import DataError
from kernel_spacy.components.trained import read_settings, take_settings, take_weights
from kernel_spacy.source import Source

_SETTINGS = (
    "labels_discard",
    "n_sents",
    "incl_prior",
    "incl_context",
    "overwrite",
    "use_gold_ents",
    "candidates_batch_size",
    "threshold",
)
_FILES = ("contents", "strings.json")


def carry(source: Source, name: str, nlp: Any) -> list[str]:
    """A knowledge base of the kind that spaCy has; others have files of their own, which nobody here knows."""
    component = nlp.get_pipe(name)
    take_settings(component, read_settings(source, name), *_SETTINGS)
    folder = f"{name}/kb"
    missing = [file for file in _FILES if not source.has(f"{folder}/{file}")]
    if missing:
        raise DataError(
            f"the knowledge base of component '{name}' has no file {missing[0]}: it is of a kind that is not known",
            path=source.root / folder,
            hint=f"Leave the component out, exclude=['{name}'], or make a knowledge base with kernel init kb and train it anew.",
        )
    for file in _FILES:
        # That it is a file, and lies where it should.
        source.read(f"{folder}/{file}")
    component.kb.from_disk(source.path(folder))
    component.cfg["entity_vector_length"] = component.kb.entity_vector_length
    take_weights(source, name, nlp)
    width = component.model.maybe_get_dim("nO")
    if width != component.kb.entity_vector_length:
        raise DataError(
            f"the vectors of the knowledge base of component '{name}' have {component.kb.entity_vector_length} numbers, and its "
            f"weights give {width}",
            path=source.root / folder,
            hint="Its files were saved by different pipelines, or one of them was edited.",
        )
    return []
