"""Text classifiers: labels, settings and weights of one of theirs."""

from __future__ import annotations

from typing import Any

from kernel_spacy.components.trained import read_settings, take_labels, take_settings, take_weights
from kernel_spacy.source import Source


def carry(source: Source, name: str, nlp: Any) -> list[str]:
    """Labels are in the order of the outputs."""
    component, settings = nlp.get_pipe(name), read_settings(source, name)
    take_settings(component, settings, "threshold", "positive_label")
    take_labels(source, name, component, settings.get("labels", []))
    take_weights(source, name, nlp, is_labelled=True)
    return []
