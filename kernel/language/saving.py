"""Pipelines on disk and as bytes.

A saved pipeline is a directory: `config.cfg` (with variables), `meta.json` (labels, scores, where the functions came
from), `tokenizer`, `vocab/`, a folder for each component, and `manifest.json` with the checksum of every file. Nothing
is pickled, and equal pipelines give equal bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import srsly

from kernel.config import Config
from kernel.errors import DataError
from kernel.files.atomic import atomic_directory, check_manifest, read_whole
from kernel.language.components import ComponentList
from kernel.language.listening import link
from kernel.saving.directories import (
    CONFIG,
    META,
    Saved,
    as_names,
    class_of,
    existing,
    read_meta,
    read_saved,
    reading,
)
from kernel.saving.provenance import provenance

Pipeline = TypeVar("Pipeline", bound=ComponentList)
VOCAB, TOKENIZER = "vocab", "tokenizer"


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


class ClassOrInstance:
    """A method that is called with the class, or with the instance it is called on."""

    def __init__(self, func: Callable[..., Any]) -> None:
        self.func = func

    def __get__(self, instance: Any, owner: type) -> Callable[..., Any]:
        return partial(self.func, owner if instance is None else instance)


def from_disk(
    target: type[Pipeline] | Pipeline, path: str | Path, *, exclude: str | Iterable[str] = ()
) -> Pipeline:
    """Called on the class: build the pipeline that was saved. On a pipeline: load the saved data into it.

    `DataError` names the file that is damaged or missing.
    """
    left_out = as_names(exclude)

    def build(folder: Path) -> Any:
        saved = read_saved(folder, Path(path))
        cls: Any = class_of(saved.config) if target.lang is None else target
        return cls.from_saved(saved, **({"exclude": left_out} if left_out else {}))

    def fill(folder: Path) -> Any:
        check_manifest(existing(folder))
        nlp.meta = read_meta(folder)
        read_data(nlp, folder, left_out)
        return nlp

    nlp: Any = target
    found: Pipeline = read_whole(path, build if isinstance(target, type) else fill)
    return found


def from_saved(
    cls: type[Pipeline], saved: Saved, *, exclude: Iterable[str] = (), **settings: Any
) -> Pipeline:
    """Build the pipeline that was saved, and load its data. settings: of `Language.from_config`."""
    nlp: Pipeline = cls.from_config(saved.config, meta=saved.meta, exclude=exclude, **settings)
    read_data(nlp, saved.folder, exclude)
    nlp.path = saved.path
    return nlp


def read_data(nlp: ComponentList, folder: Path, exclude: Iterable[str] = ()) -> None:
    """Load vocab, tokenizer and components of a built pipeline."""
    left_out = set(exclude)
    if VOCAB not in left_out and (folder / VOCAB).is_dir():
        with reading(folder / VOCAB):
            nlp.vocab.from_disk(folder / VOCAB)
    if TOKENIZER not in left_out and (folder / TOKENIZER).exists() and hasattr(nlp.tokenizer, "from_disk"):
        with reading(folder / TOKENIZER):
            nlp.tokenizer.from_disk(folder / TOKENIZER)
    for name, component in nlp.components:
        if name in left_out or not hasattr(component, "from_disk"):
            continue
        if not (folder / name).exists():
            raise DataError(f"the data of component '{name}' is missing", path=folder)
        with reading(folder / name):
            component.from_disk(folder / name)
    link(nlp.slots)


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
        raise DataError(f"these bytes are not a pipeline: {error}") from error
    return dict(parts)


def _meta_to_bytes(nlp: ComponentList, config: Config) -> bytes:
    meta = {**nlp.meta, "provenance": provenance(config)}
    text: str = srsly.json_dumps(meta, indent=1, sort_keys=True)
    return text.encode("utf8") + b"\n"
