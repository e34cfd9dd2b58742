"""The source of shared token vectors: the weights of one of theirs."""

from __future__ import annotations

from typing import Any

from kernel_spacy.components.trained import take_weights
from kernel_spacy.source import Source


def carry(source: Source, name: str, nlp: Any) -> list[str]:
    """It has nothing but weights."""
    take_weights(source, name, nlp)
    return []
