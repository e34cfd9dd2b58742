"""Sections and keys that kernel doesn't have: spaCy passes over them too."""

from __future__ import annotations

from pydantic import BaseModel

from kernel import Config
from kernel.config.schemas import InitializeSchema, NlpSchema, TrainingSchema
from kernel.config.variables import references
from kernel.registries.family import chosen_by
from kernel_spacy.configs.notes import Note, line_of
from kernel_spacy.configs.walking import section

_SCHEMAS: dict[str, type[BaseModel]] = {
    "initialize": InitializeSchema,
    "nlp": NlpSchema,
    "training": TrainingSchema,
}


# Those of spaCy, and those that say which packages may be used.
_KNOWN = {
    "components",
    "corpora",
    "initialize",
    "nlp",
    "paths",
    "plugins",
    "pretraining",
    "registry",
    "system",
    "training",
}


def convert(config: Config) -> list[Note]:
    """Leave out what has no effect, in place."""
    used = {path.partition(".")[0] for path in references(config)}
    known = _KNOWN | used | {name.partition(".")[0] for name in chosen_by(config).names("sections")}
    notes = []
    for name in [name for name in config if name not in known and name != "variables"]:
        del config[name]
        text = "left out: no variable refers to it, and spaCy passes over it"
        notes.append(Note(name, "changed", f"[{name}]", "", text, line_of(config, name)))
    for path, schema in _SCHEMAS.items():
        block = section(config, path)
        for key in [key for key in block if key not in schema.model_fields]:
            where = f"{path}.{key}"
            value = block.pop(key)
            shown = "a section" if isinstance(value, dict) else str(value)
            text = "left out: there is no such key, and spaCy passes over it"
            notes.append(Note(where, "changed", shown, "", text, line_of(config, where)))
    return notes
