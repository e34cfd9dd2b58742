"""Pipelines on disk and as bytes.

A saved pipeline is a directory: `config.cfg` (with variables), `meta.json` (labels, scores, where the functions came
from), `tokenizer`, `vocab/`, a folder for each component, and `manifest.json` with the checksum of every file. Nothing
is pickled, and equal pipelines give equal bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import srsly

from kernel.config import Config
from kernel.errors import DataError
from kernel.files.atomic import atomic_directory
from kernel.language.components import ComponentList
from kernel.language.listening import link
from kernel.language.loading import CONFIG, META, TOKENIZER, VOCAB, Pipeline
from kernel.numeric.bytes import model_from_bytes, model_to_bytes
from kernel.saving.provenance import provenance

__all__ = [
    "model_from_bytes",
    "model_to_bytes",
    "pipeline_from_bytes",
    "pipeline_to_bytes",
    "save",
]


def save(nlp: ComponentList, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
    """Write a pipeline to a directory, whole or not at all. exclude: "vocab", "tokenizer", names of components.

    An earlier pipeline in the directory is replaced; `UsageError` if it holds anything else.
    """
    left_out = set(exclude)
    with atomic_directory(path) as folder:
        config = nlp.config
        config.to_disk(folder / CONFIG)
        (folder / META).write_bytes(_meta_to_bytes(nlp, config))
        if VOCAB not in left_out:
            nlp.vocab.to_disk(folder / VOCAB)
        if TOKENIZER not in left_out and hasattr(nlp.tokenizer, "to_disk"):
            nlp.tokenizer.to_disk(folder / TOKENIZER)
        for name, component in nlp.components:
            if name not in left_out and hasattr(component, "to_disk"):
                component.to_disk(folder / name)


def pipeline_to_bytes(nlp: ComponentList, *, exclude: Iterable[str] = ()) -> bytes:
    """Everything that `save` writes, as one MessagePack document."""
    left_out = set(exclude)
    config = nlp.config
    parts: dict[str, Any] = {"config": config.to_str(), "meta": _meta_to_bytes(nlp, config)}
    if VOCAB not in left_out:
        parts["vocab"] = nlp.vocab.to_bytes()
    if TOKENIZER not in left_out and hasattr(nlp.tokenizer, "to_bytes"):
        parts["tokenizer"] = nlp.tokenizer.to_bytes()
    parts["components"] = {
        name: component.to_bytes()
        for name, component in nlp.components
        if name not in left_out and hasattr(component, "to_bytes")
    }
    data: bytes = srsly.msgpack_dumps(parts)
    return data


def pipeline_from_bytes(nlp: Pipeline, data: bytes, *, exclude: Iterable[str] = ()) -> Pipeline:
    """Load the data of a pipeline with the same components into this one."""
    left_out = set(exclude)
    parts = _read(data)
    nlp.meta = srsly.json_loads(parts["meta"].decode("utf8"))
    if "vocab" in parts and VOCAB not in left_out:
        nlp.vocab.from_bytes(parts["vocab"])
    if "tokenizer" in parts and TOKENIZER not in left_out:
        nlp.tokenizer.from_bytes(parts["tokenizer"])
    components = parts["components"]
    for name in components:
        if name not in left_out:
            nlp.get_pipe(name)
    for name, component in nlp.components:
        if name in left_out or not hasattr(component, "from_bytes"):
            continue
        if name not in components:
            raise DataError(f"the bytes hold no data of component '{name}'")
        component.from_bytes(components[name])
    link(nlp.slots)
    return nlp


def unpickle(cls: type[Pipeline], data: bytes) -> Pipeline:
    """Build the pipeline that `pipeline_to_bytes` described."""
    config = Config.from_str(_read(data)["config"], name="the pipeline's config")
    nlp: Pipeline = cls.from_config(config)
    return pipeline_from_bytes(nlp, data)


def _read(data: bytes) -> dict[str, Any]:
    try:
        parts = srsly.msgpack_loads(data)
        if not {"config", "meta", "components"} <= set(parts):
            raise ValueError("it has no config")
    except Exception as error:
        raise DataError(f"these bytes are no pipeline: {error}") from error
    return dict(parts)


def _meta_to_bytes(nlp: ComponentList, config: Config) -> bytes:
    meta = {**nlp.meta, "provenance": provenance(config)}
    text: str = srsly.json_dumps(meta, indent=1, sort_keys=True)
    return text.encode("utf8") + b"\n"
