"""The lemmatizer by tables: those of one of theirs, in whatever language."""

from __future__ import annotations

from typing import Any

from kernel_spacy.source import Source


def carry(source: Source, name: str, nlp: Any) -> list[str]:
    """`lookups/lookups.bin` has its tables by name; one that asks another package has none. Its mode is in the config."""
    file = f"{name}/lookups/lookups.bin"
    if source.has(file):
        source.parsed(file, nlp.get_pipe(name).lookups_from_bytes)
    return []
