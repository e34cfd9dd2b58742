"""The parser and the entity recogniser: actions and weights of one of theirs."""

from __future__ import annotations

from typing import Any

from kernel_spacy.components.trained import read_settings, take_settings, take_weights
from kernel_spacy.source import Source

_PARSER = ("update_with_oracle_cut_size", "learn_tokens", "min_action_freq")
_NER = ("update_with_oracle_cut_size", "incorrect_spans_key")


def carry_parser(source: Source, name: str, nlp: Any) -> list[str]:
    """The file `moves` says which action each output stands for."""
    return _carry(source, name, nlp, _PARSER)


def carry_ner(source: Source, name: str, nlp: Any) -> list[str]:
    """The file `moves` says which action each output stands for."""
    return _carry(source, name, nlp, _NER)


def _carry(source: Source, name: str, nlp: Any, names: tuple[str, ...]) -> list[str]:
    component, settings = nlp.get_pipe(name), read_settings(source, name)
    take_settings(component, settings, *names)
    source.parsed(f"{name}/moves", component.files()["moves"].read)
    take_weights(source, name, nlp)
    lines = []
    if settings.get("multitasks"):
        lines.append(
            f"component '{name}': it was trained with other tasks beside its own, which are not carried over"
        )
    width = settings.get("beam_width", 1)
    if isinstance(width, int) and width > 1:
        lines.append(
            f"component '{name}': it followed a beam of {width} analyses, here the best one: some predictions differ"
        )
    return lines
