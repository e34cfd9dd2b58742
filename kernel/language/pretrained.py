"""Weights that pretraining made: into which layer they go, and whether they fit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from kernel.config.sources import problem_at
from kernel.config.values import show_value
from kernel.errors import ConfigError, DataError, note
from kernel.files.home import expand_home
from kernel.language.build import interpolated_section
from kernel.language.subnetwork import subnetwork
from kernel.numeric.bytes import model_from_bytes

if TYPE_CHECKING:
    from kernel.language.components import ComponentList

_SETTING = "initialize.init_tok2vec"
# What `kernel pretrain` writes at its end.
_LAST = "model-last.bin"
# A file of weights has a few bytes in common with any other: what is told of one that has none.
_WRITTEN = f"kernel pretrain OUT writes such files: OUT/{_LAST}"


class Target(NamedTuple):
    """A layer that gets weights. label: what it is called in messages. is_copied: whether it was taken from a trained pipeline."""

    model: Any
    label: str
    is_copied: bool


def target(nlp: ComponentList) -> Target:
    """The layer that `[pretraining]` names with `component` and `layer`; of one that listens, what it listens to.

    ConfigError if there is none.
    """
    settings = interpolated_section(nlp, "pretraining")
    component, layer = settings.get("component", "tok2vec"), settings.get("layer") or ""
    name, model = subnetwork(nlp, component, layer)
    slot = next(slot for slot in nlp.slots if slot.name == name)
    if not slot.enabled:
        raise _error(nlp, "pretraining.component", f"the component '{name}' is disabled")
    label = f"the layer '{layer}' of '{name}'" if layer and name == component else f"the model of '{name}'"
    return Target(model, label, slot.copied)


def check(nlp: ComponentList, path: str) -> None:
    """ConfigError if weights can't go anywhere or there is no such file, before anything is initialised."""
    if not nlp.config.get("pretraining"):
        raise _error(
            nlp,
            _SETTING,
            "the weights go nowhere: there is no section [pretraining] that says which component gets them",
            "Add the section that they were made with: component and layer are looked at. kernel init fill-config CONFIG OUT "
            "--pretraining writes one. Or set init_tok2vec = null.",
            value=path,
        )
    target(nlp)
    place = expand_home(path)
    if place.is_dir():
        last = place / _LAST
        found = sorted(each.name for each in place.glob("model*.bin"))
        hint = f"Give the file: {last}" if last.is_file() else _WRITTEN
        if found and not last.is_file():
            hint = f"It holds: {', '.join(found)}"
        raise _error(nlp, _SETTING, f"{path} is a folder, and no file of weights", hint, value=path)
    if not place.is_file():
        raise _error(nlp, _SETTING, f"there is no file {path}", _WRITTEN, value=path)


def load(nlp: ComponentList, path: str) -> None:
    """Load a file of weights into the layer that `[pretraining]` names.

    ConfigError if it can't be read. DataError if it holds something else, or weights of another layer: then it says which part
    differs, and nothing is changed.
    """
    check(nlp, path)
    model, label, is_copied = target(nlp)
    try:
        data = expand_home(path).read_bytes()
    except OSError as error:
        raise _error(nlp, _SETTING, f"can't read {path}: {error.strerror}", value=path) from error
    try:
        model_from_bytes(model, data, where=path)
    except DataError as error:
        if not error.hint:
            raise DataError(error.detail, path=Path(path), hint=_WRITTEN) from error
        raise DataError(
            f"the weights don't fit {label}: {error.detail}",
            path=Path(path),
            hint=f"{error.hint} They are named in {_SETTING}; [pretraining] says where they go.",
        ) from error
    if is_copied:
        note(f"the weights of {label} are those of {path}, and no longer those of the trained pipeline")


def _error(nlp: ComponentList, path: str, message: str, hint: str = "", *, value: str = "") -> ConfigError:
    """An error with the place of a setting in the config. value: that of the setting."""
    shown = show_value(value) if value else ""
    return ConfigError(problem_at(nlp.config.sources, path, message, value=shown, suggestion=hint))
