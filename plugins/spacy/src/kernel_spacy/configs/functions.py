"""Registered functions: names of the field become ours."""

from __future__ import annotations

import inspect
from dataclasses import replace
from typing import Any

from kernel import Config
from kernel.registries.family import Registries, chosen_by
from kernel_spacy import names
from kernel_spacy.configs.notes import Note, line_of
from kernel_spacy.configs.remarks import REMARKS
from kernel_spacy.configs.walking import blocks, function_of
from kernel_spacy.names.aliases import REQUIRED
from kernel_spacy.names.refused import refused

OWNERS = ("spacy", "spacy-legacy", "spacy-transformers", "srsly")
# What a run does without: the keys of the blocks that take the place of functions that are not there.
_STAND_INS: dict[str, dict[str, Any] | None] = {
    "loggers": {"@loggers": "kernel.ConsoleLogger.v3", "progress_bar": None},
    "callbacks": None,
}


def convert(config: Config) -> list[Note]:
    """Rename the functions of a config, in its place."""
    notes: list[Note] = []
    registry = chosen_by(config)
    for path, block in list(blocks(config)):
        named = function_of(block)
        if named is not None:
            kind, name = named
            note = (
                _renamed(block, kind, name, path, registry)
                if registry.has(kind, name)
                else _missing(config, block, kind, name, path)
            )
            notes.append(replace(note, line=line_of(config, f"{path}.@{kind}")))
    return notes


def our_name(name: str) -> str | None:
    """What a function of spaCy is called here; None if the name is not one of its."""
    owner, _, bare = name.partition(".")
    return f"kernel.{bare}" if owner in OWNERS else None


def _renamed(block: dict[str, Any], kind: str, name: str, path: str, registry: Registries) -> Note:
    ours = our_name(name)
    where = f"{path}.@{kind}"
    if ours is None:
        return Note(where, "same", name, name)
    block[f"@{kind}"] = ours
    block.update(_other_defaults(kind, ours, block, registry))
    return Note(where, "same", name, ours, REMARKS.get(ours, ""))


def _other_defaults(kind: str, ours: str, block: dict[str, Any], registry: Registries) -> dict[str, Any]:
    """Arguments that a block leaves out, and that have another default there than here."""
    theirs = names.arguments_of(kind, ours)
    given = {key: value for key, value in theirs.items() if value is not REQUIRED and key not in block}
    if not given or not registry.has(kind, ours):
        return {}
    parameters = inspect.signature(registry.get(kind, ours)).parameters
    return {key: value for key, value in given.items() if parameters[key].default != value}


def _missing(config: Config, block: dict[str, Any], kind: str, name: str, path: str) -> Note:
    where = f"{path}.@{kind}"
    said = refused(kind, name)
    if said is None:
        text = "no package has it; if it is yours, give its file with --code"
        return Note(where, "refused", name, "", text)
    text = f"{said[0]}. {said[1]}"
    if kind not in _STAND_INS:
        return Note(where, "refused", name, "", text)
    stand_in = _STAND_INS[kind]
    *above, key = path.split(".")
    parent: Any = config
    for part in above:
        parent = parent[int(part)] if isinstance(parent, list) else parent[part]
    parent[key] = stand_in and dict(stand_in)
    return Note(where, "refused", name, stand_in[f"@{kind}"] if stand_in else "null", text)
