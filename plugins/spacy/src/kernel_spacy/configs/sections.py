"""Keys of sections that kernel doesn't have: spaCy passes over them too."""

from __future__ import annotations

from pydantic import BaseModel

from kernel import Config
from kernel.config.schemas import InitializeSchema, NlpSchema, TrainingSchema
from kernel_spacy.configs.notes import Note, line_of
from kernel_spacy.configs.walking import section

_SCHEMAS: dict[str, type[BaseModel]] = {
    "initialize": InitializeSchema,
    "nlp": NlpSchema,
    "training": TrainingSchema,
}


def convert(config: Config) -> list[Note]:
    """Leave out what has no effect, in place."""
    notes = []
    for path, schema in _SCHEMAS.items():
        block = section(config, path)
        for key in [key for key in block if key not in schema.model_fields]:
            where = f"{path}.{key}"
            value = block.pop(key)
            shown = "a section" if isinstance(value, dict) else str(value)
            text = "left out: there is no such key, and spaCy passes over it"
            notes.append(Note(where, "changed", shown, "", text, line_of(config, where)))
    return notes
