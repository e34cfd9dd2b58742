"""The sentence recogniser: settings and weights of one of theirs."""

from __future__ import annotations

from typing import Any

from kernel_spacy.components.trained import read_settings, take_settings, take_weights
from kernel_spacy.source import Source


def carry(source: Source, name: str, nlp: Any) -> list[str]:
    """Its two labels are fixed: inside of a sentence, and its start."""
    take_settings(nlp.get_pipe(name), read_settings(source, name), "overwrite")
    take_weights(source, name, nlp)
    return []
