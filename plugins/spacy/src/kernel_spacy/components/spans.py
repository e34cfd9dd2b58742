"""Components of spans: labels, settings and weights of one of theirs."""

from __future__ import annotations

from typing import Any

from kernel_spacy.components.trained import read_settings, take_labels, take_settings, take_weights
from kernel_spacy.source import Source

_SPANCAT = ("spans_key", "threshold", "max_positive", "negative_weight", "allow_overlap")
_FINDER = ("spans_key", "threshold", "max_length", "min_length")


def carry_spancat(source: Source, name: str, nlp: Any) -> list[str]:
    """Labels are in the order of the outputs; with a negative one the last output is for none of them."""
    component, settings = nlp.get_pipe(name), read_settings(source, name)
    take_settings(component, settings, *_SPANCAT)
    take_labels(source, name, component, settings.get("labels", []))
    take_weights(source, name, nlp, is_labelled=True)
    return []


def carry_span_finder(source: Source, name: str, nlp: Any) -> list[str]:
    """Its two outputs are fixed: the beginning and the end of a span."""
    take_settings(nlp.get_pipe(name), read_settings(source, name), *_FINDER)
    take_weights(source, name, nlp)
    return []
