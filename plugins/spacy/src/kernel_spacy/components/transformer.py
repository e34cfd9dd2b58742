"""The transformer: network and tokenizer of one of theirs."""

from __future__ import annotations

from typing import Any

from kernel_spacy.components.trained import read_settings, take_weights
from kernel_spacy.source import Source


def carry(source: Source, name: str, nlp: Any) -> list[str]:
    """Everything is in the file of the model: config, weights and tokenizer, so that nothing is fetched."""
    items = read_settings(source, name).get("max_batch_items")
    if isinstance(items, int) and items > 0:
        nlp.get_pipe(name).max_batch_items = items
    take_weights(source, name, nlp)
    return []
