"""A pipeline of spaCy becomes one of ours, part by part."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from kernel.config import Config
from kernel.errors import ConfigError
from kernel.saving.directories import reading
from kernel_spacy.components import carrier
from kernel_spacy.configs.convert import convert
from kernel_spacy.source import Source


def our_config(source: Source, left_out: Collection[str]) -> tuple[Config, list[str]]:
    """The config of the pipeline that will be built, without components that are left out; lines about what changed."""
    config, notes = convert(source.config)
    return config, [str(note) for note in notes if note.outcome != "same"]


def our_meta(source: Source) -> dict[str, Any]:
    """What our meta table says of the pipeline."""
    return {key: value for key, value in source.meta.items() if not key.startswith("spacy_")}


def fill(source: Source, nlp: Any, left_out: Collection[str]) -> Iterator[str]:
    """Give a pipeline, built by `our_config`, the data of the source; yields lines about what was left out or is not the same."""
    if "vocab" not in left_out and source.has("vocab"):
        with reading(source.path("vocab")):
            nlp.vocab.from_disk(source.path("vocab"), exclude=left_out)
    if "tokenizer" not in left_out and source.has("tokenizer"):
        source.parsed("tokenizer", nlp.tokenizer.from_bytes)
    for name in nlp.component_names:
        if name in left_out:
            continue
        yield from _carry(source, name, nlp)


def _carry(source: Source, name: str, nlp: Any) -> Iterator[str]:
    factory = source.factory(name)
    carry = carrier(factory)
    if carry is not None:
        with reading(source.root / name):
            yield from carry(source, name, nlp)
    elif source.has(name):
        component = nlp.get_pipe(name)
        if not hasattr(component, "from_disk"):
            raise ConfigError(
                f"component '{name}' of {source.path_as_named} has data that can't be read: its factory is '{factory}'",
                hint=f"Leave it out: exclude=[{name!r}].",
            )
        # One of somebody's own, whose factory is here: it knows its files.
        with reading(source.root / name):
            component.from_disk(source.path(name))
