"""Pipelines on disk and as bytes.

A saved pipeline is a directory: `config.cfg` (with variables), `meta.json` (labels, scores, where the functions came
from), `tokenizer`, `vocab/`, a folder for each component, and `manifest.json` with the checksum of every file. Nothing
is pickled, and equal pipelines give equal bytes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import srsly

from kernel.config import Config, resolve
from kernel.config.origin import apart
from kernel.config.sources import problem_at
from kernel.errors import ConfigError, DataError, UsageError
from kernel.files.atomic import atomic_directory, read_manifest
from kernel.files.messages import message_from_bytes
from kernel.files.names import as_names
from kernel.language.build import check_config, interpolated_section
from kernel.language.components import ComponentList
from kernel.language.facts import whole_config
from kernel.language.listening import link
from kernel.language.vocab_data import check_shared_vectors, check_vectors_of
from kernel.saving.directories import (
    CONFIG,
    META,
    class_of,
    read_pipeline,
    reading,
    saved_in,
)
from kernel.saving.provenance import provenance
from kernel.saving.saved import Saved
from kernel.vocab import StringStore, Vocab

Pipeline = TypeVar("Pipeline", bound=ComponentList)
VOCAB, TOKENIZER, META_TABLE = "vocab", "tokenizer", "meta"
# The file of a component that knows of bytes only, in its folder.
_BYTES = "bytes"
_WITH_VECTORS = {VOCAB, "vectors"}


def save(nlp: ComponentList, path: str | Path, *, exclude: str | Iterable[str] = ()) -> None:
    """Write a pipeline to a directory, whole or not at all. exclude: names of components and of
    other parts: "vocab", or "strings", "vectors" and "lookups" of it, "tokenizer", "meta".

    An earlier pipeline in the directory is replaced; `UsageError` if it holds anything else, or if what would be written
    could not be loaded again.
    """
    left_out = set(as_names(exclude))
    check_parts(nlp, left_out, "to_disk", "from_disk")
    with atomic_directory(path) as folder:
        config = whole_config(nlp.config, nlp.slots)
        config.to_disk(folder / CONFIG)
        _check_config(nlp, (folder / CONFIG).read_text(encoding="utf8"))
        if META_TABLE not in left_out:
            (folder / META).write_bytes(_meta_to_bytes(nlp, config))
        _write_data(nlp, folder, left_out)


def _write_data(nlp: ComponentList, folder: Path, left_out: Collection[str]) -> None:
    if VOCAB not in left_out:
        nlp.vocab.to_disk(folder / VOCAB, exclude=left_out)
    if TOKENIZER not in left_out and hasattr(nlp.tokenizer, "to_disk"):
        nlp.tokenizer.to_disk(folder / TOKENIZER)
    for name, component in nlp.components:
        if name in left_out:
            continue
        if hasattr(component, "to_disk"):
            component.to_disk(folder / name)
            if not (folder / name).exists():
                # It has nothing to save, which is not the same as data that are missing.
                (folder / name).mkdir()
        elif hasattr(component, "to_bytes"):
            (folder / name).mkdir()
            (folder / name / _BYTES).write_bytes(component.to_bytes())


def check_parts(nlp: ComponentList, left_out: Collection[str], write: str, read: str) -> None:
    """`UsageError` if a part of a pipeline can't be saved, or not loaded again. write, read: the methods that do it."""
    for name, component in nlp.components:
        if name in left_out:
            continue
        ways = (write, read)
        if not any(hasattr(component, method) for method in ("to_disk", "from_disk")):
            # One that knows of bytes only is saved as a file of them.
            ways = ("to_bytes", "from_bytes")
        able = {method for method in ways if hasattr(component, method)}
        if not able and hasattr(component, "to_disk"):
            raise UsageError(
                f"component '{name}' can't become bytes: a {type(component).__name__} has to_disk, and no {write} and {read}",
                hint="Pickling, copies and new processes need these; nlp.to_disk does not. "
                f"Define them too, or leave the component out: nlp.to_bytes(exclude=[{name!r}]).",
            )
        _check_own(name, component, write)
        if len(able) == 1:
            lacking = next(method for method in ways if method not in able)
            raise UsageError(
                f"component '{name}' can't be saved: a {type(component).__name__} has no method {lacking}",
                hint=f"Define it beside the other one, or leave the component out: exclude=[{name!r}].",
            )
    if TOKENIZER not in left_out:
        _check_tokenizer(nlp, write, read)


def _check_own(name: str, component: Any, write: str) -> None:
    """`UsageError` if a subclass writes more to a directory than its bytes have, or the other way round."""
    other_way = "to_bytes" if write == "to_disk" else "to_disk"
    classes = type(component).__mro__
    # "files" says it for both ways at once.
    own, other = (
        next((n for n, cls in enumerate(classes) if vars(cls).keys() & {method, "files"}), len(classes))
        for method in (write, other_way)
    )
    # What comes with the other way, and knows just that, is of the same class as the one it comes with.
    if other < own < len(classes) and vars(classes[own]).keys() & {other_way, "files"}:
        what = "become bytes" if write == "to_bytes" else "be saved"
        raise UsageError(
            f"component '{name}' can't {what}: a {type(component).__name__} has a {other_way} of its own, and the {write} of "
            f"{classes[own].__name__}, which knows nothing of what that writes",
            hint=f"Define {write} and {write.replace('to_', 'from_')} too, or files in the place of them all; or leave the "
            f"component out: exclude=[{name!r}].",
        )


def _check_tokenizer(nlp: ComponentList, write: str, read: str) -> None:
    """Whether the config makes a tokenizer that takes the data of this one."""
    own, made = nlp.tokenizer, nlp.built_tokenizer
    if type(own) is not type(made):
        # The config may have been changed with it.
        block = interpolated_section(nlp, "nlp").get("tokenizer")
        make = (
            resolve(block, config=nlp.config, path="nlp.tokenizer", registry=nlp.registry) if block else None
        )
        made = made if make is None else make(nlp)
    both = hasattr(own, write) and hasattr(own, read)
    neither = not (hasattr(own, write) or hasattr(own, read))
    if type(own) is type(made) and (both or neither):
        return
    raise UsageError(
        f"the tokenizer, a {type(own).__name__}, can't be saved: "
        + (
            f"the config makes a {type(made).__name__}"
            if both or neither
            else f"it has not both {write} and {read}"
        ),
        hint="Name a registered function that makes it in [nlp.tokenizer], or leave it out: exclude=['tokenizer'].",
    )


def _check_config(nlp: ComponentList, text: str) -> None:
    """Whether a pipeline can be built from a config as it was written. Nothing is built."""
    # A run saves again and again, with the same config.
    if text == nlp.loadable_config:
        return
    try:
        check_config(type(nlp), _without_origins(Config.from_str(text))[0])
    except ConfigError as error:
        raise UsageError(
            f"the pipeline can't be saved, because its config could not be loaded again: {error}"
        ) from error
    nlp.loadable_config = text


def _without_origins(config: Config) -> tuple[Config, dict[str, dict[str, Any]]]:
    """A saved config for building the pipeline, and apart from it what its components came from."""
    config, origins = config.copy(), {}
    for name, block in (config.get("components") or {}).items():
        if isinstance(block, dict) and "factory" in block:
            config["components"][name], origins[name] = apart(block)
    return config, origins


def _rebuilt(cls: type[Pipeline], config: Config, **settings: Any) -> Pipeline:
    """The pipeline of a saved config, whose weights are saved too: nothing is taken from where they came from at first."""
    for name, block in (config.get("components") or {}).items():
        # It may even be the pipeline's own directory.
        if isinstance(block, Mapping) and "source" in block and "factory" not in block:
            raise ConfigError(
                problem_at(
                    config.sources,
                    f"components.{name}.source",
                    f"the component '{name}' of a saved pipeline has no factory: its weights are here, not in a source",
                    suggestion='Add the factory that made it, factory = "...", or train the config.',
                )
            )
    config, origins = _without_origins(config)
    nlp: Pipeline = cls.from_config(config, **settings)
    _note_origins(nlp, origins)
    return nlp


def _note_origins(nlp: ComponentList, origins: Mapping[str, dict[str, Any]]) -> None:
    nlp.slots[:] = [replace(slot, origin=origins.get(slot.name, {})) for slot in nlp.slots]


class ClassOrInstance:
    """A method that is called with the class, or with the instance it is called on."""

    def __init__(self, func: Callable[..., Any]) -> None:
        self.func = func

    def __get__(self, instance: Any, owner: type) -> Callable[..., Any]:
        return partial(self.func, owner if instance is None else instance)


def from_disk(
    target: type[Pipeline] | Pipeline, path: str | Path, *, exclude: str | Iterable[str] = ()
) -> Pipeline:
    """Called on the class: build the pipeline that was saved. On a pipeline: load the saved data and config into it.

    `DataError` names the file that is damaged or missing. A pipeline that they can't be loaded into stays as it was.
    """
    path, left_out = saved_in(Path(path)), as_names(exclude)

    def build(saved: Saved) -> Any:
        cls: Any = class_of(saved.config) if target.lang is None else target
        return cls.from_saved(saved, **({"exclude": left_out} if left_out else {}))

    def fill(saved: Saved) -> Any:
        meta = nlp.meta if META_TABLE in left_out else saved.meta
        with _whole_or_not(nlp, saved.config, left_out):
            _read_saved_data(nlp, saved, left_out)
            _take(nlp, saved.config, meta)
        return nlp

    nlp: Any = target
    if isinstance(target, type):
        found: Pipeline = read_pipeline(path, build, left_out=left_out)
    else:
        found = read_pipeline(path, fill, left_out=left_out, is_built=False)
    return found


def from_saved(
    cls: type[Pipeline], saved: Saved, *, exclude: str | Iterable[str] = (), **settings: Any
) -> Pipeline:
    """Build the pipeline that was saved, and load its data. settings: of `Language.from_config`."""
    left_out = as_names(exclude)
    meta = {} if META_TABLE in left_out else saved.meta
    vocab = settings.get("vocab")
    if isinstance(vocab, Vocab) and not _WITH_VECTORS & set(left_out):
        check_shared_vectors(vocab, saved.folder / VOCAB)
    nlp = _rebuilt(cls, saved.config, meta=meta, exclude=left_out, **settings)
    _read_saved_data(nlp, saved, left_out)
    nlp.path = saved.path
    return nlp


def _read_saved_data(nlp: ComponentList, saved: Saved, left_out: Collection[str]) -> None:
    if saved.fill is None:
        read_data(nlp, saved.folder, left_out)
    else:
        saved.fill(nlp, left_out)
        link(nlp.slots)
    _check_vectors(nlp, left_out)


def _check_vectors(nlp: ComponentList, left_out: Collection[str]) -> None:
    """Whether the components have the vectors that they were trained with. Who leaves them out may add them later."""
    if nlp.vocab.vectors or not _WITH_VECTORS & set(left_out):
        check_vectors_of((slot for slot in nlp.slots if slot.name not in left_out), nlp.vocab.vectors)


@contextmanager
def _whole_or_not(nlp: ComponentList, config: Config, left_out: Collection[str]) -> Iterator[None]:
    """Load the data of another pipeline with the same components; after an error this one is as it was before."""
    names = (config.get("nlp") or {}).get("pipeline") or []
    for name in names:
        if name not in left_out:
            nlp.get_pipe(name)
    # What stays may know strings by their numbers only, such as its labels.
    needed = copy(nlp.vocab.strings) if left_out else StringStore()
    with TemporaryDirectory(prefix="kernel-", ignore_cleanup_errors=True) as place:
        folder = Path(place)
        _write_data(nlp, folder, left_out)
        try:
            yield
            nlp.vocab.strings.take(needed)
        except BaseException:
            for name, component in nlp.components:
                # What is read is added to the settings that are there.
                if name not in left_out and isinstance(getattr(component, "cfg", None), dict):
                    component.cfg.clear()
            read_data(nlp, folder, left_out)
            raise


def _take(nlp: ComponentList, config: Config, meta: dict[str, Any]) -> None:
    """Take over the config of a pipeline whose data were loaded; how the components are built is their own."""
    config, origins = _without_origins(config)
    section = config.get("nlp") or {}
    nlp.batch_size = config.interpolate().get("nlp", {}).get("batch_size") or nlp.batch_size
    config["nlp"] = {**section, "pipeline": list(nlp.component_names)}
    nlp.config = config
    nlp.meta = meta
    _note_origins(nlp, origins)


def read_data(nlp: ComponentList, folder: Path, exclude: str | Iterable[str] = ()) -> None:
    """Load vocab, tokenizer and components of a built pipeline."""
    left_out = set(as_names(exclude))
    if VOCAB not in left_out and (folder / VOCAB).is_dir():
        with reading(folder / VOCAB):
            nlp.vocab.from_disk(folder / VOCAB, exclude=left_out)
    if TOKENIZER not in left_out and (folder / TOKENIZER).exists() and hasattr(nlp.tokenizer, "from_disk"):
        with reading(folder / TOKENIZER):
            nlp.tokenizer.from_disk(folder / TOKENIZER)
    for name, component in nlp.components:
        by_bytes = hasattr(component, "from_bytes") and not hasattr(component, "from_disk")
        if name in left_out or not (by_bytes or hasattr(component, "from_disk")):
            continue
        if _is_empty(folder, name):
            continue
        if not (folder / name).exists():
            raise DataError(f"the data of component '{name}' is missing", path=folder)
        with reading(folder / name):
            if by_bytes:
                component.from_bytes((folder / name / _BYTES).read_bytes())
            else:
                component.from_disk(folder / name)
    link(nlp.slots)


def _is_empty(folder: Path, name: str) -> bool:
    """Whether a component had nothing to save. Its empty directory may be lost on the way; the manifest knows of it."""
    if (folder / name).exists():
        return (folder / name).is_dir() and not any((folder / name).iterdir())
    empty = (read_manifest(folder) or {}).get("empty", ())
    return any(other == name or other.startswith(f"{name}/") for other in empty)


def pipeline_to_bytes(nlp: ComponentList, *, exclude: str | Iterable[str] = ()) -> bytes:
    """Everything that `save` writes, as one MessagePack document. `UsageError` for what can't be written."""
    left_out = set(as_names(exclude))
    check_parts(nlp, left_out, "to_bytes", "from_bytes")
    config = whole_config(nlp.config, nlp.slots)
    parts: dict[str, Any] = {"config": config.to_str()}
    if META_TABLE not in left_out:
        parts["meta"] = _meta_to_bytes(nlp, config)
    if VOCAB not in left_out:
        parts["vocab"] = nlp.vocab.to_bytes(exclude=left_out)
    if TOKENIZER not in left_out and hasattr(nlp.tokenizer, "to_bytes"):
        parts["tokenizer"] = nlp.tokenizer.to_bytes()
    parts["components"] = {
        name: component.to_bytes()
        for name, component in nlp.components
        if name not in left_out and hasattr(component, "to_bytes")
    }
    data: bytes = srsly.msgpack_dumps(parts)
    return data


def pipeline_from_bytes(nlp: Pipeline, data: bytes, *, exclude: str | Iterable[str] = ()) -> Pipeline:
    """Load data and config of a pipeline with the same components into this one, which after an error is as it was."""
    left_out = set(as_names(exclude))
    parts = _read(data)
    config = Config.from_str(parts["config"], name="the pipeline's config")
    meta = nlp.meta if META_TABLE in left_out else _meta(parts)
    with _whole_or_not(nlp, config, left_out):
        _read_parts(nlp, parts, left_out)
        _check_vectors(nlp, left_out)
        _take(nlp, config, meta)
    return nlp


def _read_parts(nlp: ComponentList, parts: Mapping[str, Any], left_out: Collection[str]) -> None:
    if "vocab" in parts and VOCAB not in left_out:
        nlp.vocab.from_bytes(parts["vocab"], exclude=left_out)
    if "tokenizer" in parts and TOKENIZER not in left_out:
        nlp.tokenizer.from_bytes(parts["tokenizer"])
    components = parts["components"]
    for name, component in nlp.components:
        if name in left_out or not hasattr(component, "from_bytes"):
            continue
        if name not in components:
            raise DataError(f"the bytes hold no data of component '{name}'")
        component.from_bytes(components[name])
    link(nlp.slots)


def unpickle(cls: type[Pipeline], data: bytes) -> Pipeline:
    """Build the pipeline that `pipeline_to_bytes` described."""
    parts = _read(data)
    meta = _meta(parts)
    nlp = _rebuilt(cls, Config.from_str(parts["config"], name="the pipeline's config"), meta=meta)
    _read_parts(nlp, parts, ())
    return nlp


def _read(data: bytes) -> dict[str, Any]:
    try:
        parts = message_from_bytes(data)
        if not {"config", "components"} <= set(parts):
            raise ValueError("it has no config")
    except Exception as error:
        raise DataError(f"these bytes are not a pipeline: {error}") from error
    return dict(parts)


def _meta(parts: Mapping[str, Any]) -> dict[str, Any]:
    return dict(json.loads(parts["meta"].decode("utf8"))) if "meta" in parts else {}


def _meta_to_bytes(nlp: ComponentList, config: Config) -> bytes:
    meta = {**nlp.meta, "provenance": provenance(config)}
    text: str = json.dumps(meta, indent=1, sort_keys=True, separators=(",", ":"))
    return text.encode("utf8") + b"\n"
