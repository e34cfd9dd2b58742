"""A pipeline for a new interpreter: what is sent, and whether what is made of it there is the same.

A component travels as its block of the config and its `to_bytes`; vectors that are mapped from a file are mapped there too. Whatever else it holds would silently be another there, so
both sides describe what they have, and differences are an error before the first text.
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import FunctionType
from typing import TYPE_CHECKING, Any

import numpy as np

from kernel.component import Component, TrainableComponent
from kernel.errors import UsageError
from kernel.language.stream import Settings
from kernel.registries.definitions import MAIN, Definitions, definitions
from kernel.saving.provenance import functions_of
from kernel.vocab.arrays import FileState

if TYPE_CHECKING:
    from kernel.language.components import ComponentList
    from kernel.vocab import Vocab

# Class or function, and by name what of it can be compared.
_FILES = (Component.files, TrainableComponent.files)
_EVERY_COMPONENT = frozenset(vars(TrainableComponent.__new__(TrainableComponent)))
Traits = tuple[str, dict[str, str]]


@dataclass(frozen=True)
class _Mapped:
    """Vectors that the new interpreter maps too. strings: those of the vocab that are no keys of them, as its store writes them."""

    file: FileState
    strings: bytes


@dataclass(frozen=True)
class _Rest:
    """What it needs when the modules are there."""

    make: Callable[..., Any]
    arguments: tuple[Any, ...]
    max_length: int
    device: int | None
    names: list[str]
    settings: dict[str, Any]
    extensions: list[bytes]
    traits: dict[str, Traits]
    mapped: _Mapped | None


def start_of(nlp: Any, names: Sequence[str], settings: Settings, reason: str) -> tuple[Definitions, bytes]:
    """What a new interpreter needs to be a worker: for `define`, and then for `make`. `UsageError` if it can't be one.

    reason: why the workers are new interpreters, for messages.
    """
    from kernel.tokens import underscore

    found = definitions(nlp.registry, functions_of(nlp.config))
    if found.is_lost:
        raise UsageError(
            f"{_parts(nlp)} can't go to worker processes: they are defined in the program itself, which is in no "
            f"file, and the workers are new interpreters, because {reason}",
            hint="Put them into a module and import it.",
        )
    mapped = _mapped(nlp)
    try:
        make, arguments = nlp.__reduce__() if mapped is None else nlp.made_by(exclude=("strings", "vectors"))
    except UsageError as error:
        raise UsageError(
            f"the pipeline can't go to worker processes, which are new interpreters, because {reason}: {error.message}",
            hint=error.hint,
        ) from error
    device = nlp.ops.device_id if nlp.ops.device_type == "gpu" else None
    rest = _Rest(
        make, arguments, nlp.max_length, device, list(names), dict(settings), [], traits(nlp), mapped
    )  # fmt: skip
    for extension in underscore.registered():
        try:
            rest.extensions.append(pickle.dumps(extension))
        except Exception:  # noqa: BLE001, S112 (only who uses it there misses it, and is told)
            continue
    try:
        data = pickle.dumps(rest)
    except Exception as error:
        raise UsageError(
            f"component_cfg can't go to worker processes: {error}",
            hint="Pass values that Python can pickle.",
        ) from error
    return found, data


def _mapped(nlp: Any) -> _Mapped | None:
    """The vectors of a pipeline, if another process can map them as they are here."""
    vocab: Vocab = nlp.vocab
    file = vocab.vectors.file
    if file is None or not file.is_there() or vocab.vectors.strings is not vocab.strings:
        return None
    # A class with a way of its own goes that way.
    owner = next(cls for cls in type(nlp).__mro__ if "__reduce__" in vars(cls))
    if "made_by" not in vars(owner):
        return None
    return _Mapped(file, vocab.strings.to_bytes(without=vocab.are_keys))


def _with_vectors(nlp: Any, mapped: _Mapped) -> None:
    """Map the vectors that the pipeline has where it comes from. `UsageError` if they are others by now."""
    nlp.vocab.strings.add_many(json.loads(mapped.strings.decode("utf-8", "surrogatepass")))
    nlp.vocab.vectors.from_disk(mapped.file.path.parent)
    if nlp.vocab.vectors.file != mapped.file:
        raise UsageError(
            f"the vectors {mapped.file.path} were replaced while the worker processes started",
            hint="Load the pipeline again.",
        )


def make(data: bytes) -> tuple[Any, list[str], Settings]:
    """The pipeline, the names of the components to run, and their settings. `UsageError` if it is not the same."""
    from kernel.tokens import underscore

    rest: _Rest = pickle.loads(data)
    for extension in rest.extensions:
        try:
            underscore.register(pickle.loads(extension))
        except Exception:  # noqa: BLE001, S112
            continue
    nlp = rest.make(*rest.arguments)
    if rest.mapped is not None:
        _with_vectors(nlp, rest.mapped)
    nlp.max_length = rest.max_length
    if rest.device is not None:
        nlp.to_device(rest.device)
    _compare(rest.traits, traits(nlp))
    return nlp, rest.names, rest.settings


def traits(nlp: Any) -> dict[str, Traits]:
    """What there is besides `to_bytes`, by part of the pipeline: classes, and attributes that are plain values.

    Private attributes count where no `to_bytes` could hold them: that of a component that adds nothing to the files of its
    base class, for one.
    """
    parts = {"the pipeline": nlp, "the tokenizer": nlp.tokenizer}
    parts |= {f"component '{name}'": component for name, component in nlp.components}
    found = {what: _traits(part) for what, part in parts.items() if part is not nlp}
    flags = {"lex_attr_getters": repr(sorted(nlp.vocab.lex_attr_getters))}
    return {**found, "the pipeline": (_type_name(type(nlp)), {}), "the vocab": ("", flags)}


def _traits(part: Any) -> Traits:
    if isinstance(part, FunctionType):
        cells = zip(part.__code__.co_freevars, part.__closure__ or (), strict=True)
        return _type_name(part), dict(_plain((name, _content(cell)) for name, cell in cells))
    own = getattr(part, "__dict__", {}).items()
    return _type_name(type(part)), dict(_plain((k, v) for k, v in own if _counts(part, k)))


def _counts(part: Any, name: str) -> bool:
    """Whether an attribute is part of what makes a part what it is."""
    if not name.startswith("_"):
        return True
    if isinstance(part, Component):
        kind = type(part)
        saves_no_more = kind.to_bytes is Component.to_bytes and kind.files in _FILES
        return saves_no_more and name not in _EVERY_COMPONENT
    return not hasattr(part, "to_bytes")


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return cell


def _type_name(kind: Any) -> str:
    module = "__main__" if kind.__module__ in MAIN else kind.__module__
    return f"{module}.{kind.__qualname__}"


def _plain(values: Iterator[tuple[str, Any]]) -> Iterator[tuple[str, str]]:
    for name, value in values:
        shown = _shown(value)
        if shown is not None:
            yield name, shown


def _shown(value: Any) -> str | None:
    """A plain value as text, the same in every process; None for other objects."""
    if value is None or isinstance(value, bool | int | float | str | bytes):
        return repr(value)
    if isinstance(value, np.ndarray) and value.dtype != object:
        return f"{value.dtype}{value.tolist()!r}"
    if isinstance(value, dict):
        parts = [_shown(each) for item in value.items() for each in item]
        return None if None in parts else f"{{{parts}}}"
    if isinstance(value, list | tuple | set | frozenset):
        parts = [_shown(each) for each in value]
        if None in parts:
            return None
        ordered = parts if isinstance(value, list | tuple) else sorted(map(str, parts))
        return f"{type(value).__name__}{ordered}"
    return None


def _compare(there: dict[str, Traits], here: dict[str, Traits]) -> None:
    for what, (kind, attributes) in there.items():
        made, others = here[what]
        if made != kind:
            raise UsageError(
                f"{what} can't go to worker processes: it is a {kind}, and what the config makes there is a {made}",
                hint="What is set by hand needs a function in the config that makes it.",
            )
        differing = sorted(name for name in attributes if others.get(name) != attributes[name])
        if differing:
            raise UsageError(
                f"{what} can't go to worker processes: {', '.join(differing)} would have another value there",
                hint="Its to_bytes and from_bytes must hold all that was changed since it was made.",
            )


def _parts(nlp: ComponentList) -> str:
    """The components that come from the program itself, for a message."""
    names = [
        name
        for name, component in nlp.components
        if getattr(component if isinstance(component, FunctionType) else type(component), "__module__", "")
        in MAIN
    ]
    return f"components ({', '.join(names)})" if names else "functions of the config"
