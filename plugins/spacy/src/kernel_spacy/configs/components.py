"""Components: factories that have another name or are not there, and blocks with `source`."""

from __future__ import annotations

from typing import Any

from kernel import Config
from kernel.registries.family import Registries, chosen_by
from kernel_spacy.configs.notes import Note, line_of
from kernel_spacy.configs.walking import section

_BEAMS = {"beam_ner": "ner", "beam_parser": "parser"}
_BEAM_SETTINGS = ("beam_width", "beam_density", "beam_update_prob")
_OF_SOURCE = frozenset({"source", "component", "replace_listeners"})


def convert(config: Config) -> list[Note]:
    """Exchange the factories of a config, in its place."""
    notes: list[Note] = []
    registry = chosen_by(config)
    lang = section(config, "nlp").get("lang")
    if isinstance(lang, str):
        notes += _language(config, lang, registry)
    for name, block in section(config, "components").items():
        if not isinstance(block, dict):
            continue
        path = f"components.{name}"
        if "source" in block:
            notes += _of_source(config, block, path)
        elif isinstance(block.get("factory"), str):
            notes += _factory(config, block, path, lang, registry)
    return notes


def _language(config: Config, lang: str, registry: Registries) -> list[Note]:
    line = line_of(config, "nlp.lang")
    if registry.has("languages", lang):
        return [Note("nlp.lang", "same", lang, lang, line=line)]
    text = "the language is not there. Take xx, which is for texts of any language with spaces between words."
    return [Note("nlp.lang", "refused", lang, "", text, line)]


def _of_source(config: Config, block: dict[str, Any], path: str) -> list[Note]:
    """spaCy reads three keys of a component that is taken from elsewhere, and no other one."""
    notes = []
    for key in [key for key in block if key not in _OF_SOURCE]:
        line = line_of(config, f"{path}.{key}")
        notes.append(
            Note(f"{path}.{key}", "changed", _shown(block.pop(key)), "", "of no effect beside source", line)
        )
    return notes


def _factory(config: Config, block: dict[str, Any], path: str, lang: Any, registry: Registries) -> list[Note]:
    factory, where = block["factory"], f"{path}.factory"
    line = line_of(config, where)
    if factory in _BEAMS:
        block["factory"] = _BEAMS[factory]
        for key in _BEAM_SETTINGS:
            block.pop(key, None)
        text = "a beam follows many analyses of every text and takes many times as long; one is followed here"
        return [Note(where, "changed", factory, block["factory"], text, line)]
    if factory == "curated_transformer":
        # What the step before could not exchange has its note.
        return []
    name = registry.name_for_language("factories", factory, lang if isinstance(lang, str) else None)
    if registry.has("factories", name):
        return [Note(where, "same", factory, factory, line=line)]
    text = "no package has this factory; if it is yours, give its file with --code"
    return [Note(where, "refused", factory, "", text, line)]


def _shown(value: Any) -> str:
    return "a section" if isinstance(value, dict) else str(value)
