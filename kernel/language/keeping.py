"""Settings keep their values when what their variables refer to is renamed, taken out or replaced."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from kernel.config import Config
from kernel.config.variables import interpolate
from kernel.language.facts import whole_config
from kernel.language.slots import Slot


def values_of(config: Config, slots: Sequence[Slot]) -> dict[str, Any]:
    """The config of a pipeline with its variables replaced, those that lead somewhere."""
    config = whole_config(config, slots)
    return interpolate(config, config.sources, escaped=not config.is_interpolated)[0]


def keep_values(
    config: Config, slots: list[Slot], before: Mapping[str, Any], *, sections: bool = True
) -> None:
    """Put values in the place of the variables of components that have come to lead elsewhere, or nowhere.

    before: what `values_of` gave, by the names that the components have now. sections: also of the other sections.
    """
    after = values_of(config, slots)
    if after == before:
        return
    old, new = before.get("components") or {}, after["components"]
    dollar = "$" if config.is_interpolated else "$$"
    for place, slot in enumerate(slots):
        if slot.name in old:
            block = Config(
                _kept(slot.block, old[slot.name], new[slot.name], dollar),
                is_interpolated=slot.block.is_interpolated,
            )
            origin = _kept(slot.origin, old[slot.name], new[slot.name], dollar)
            slots[place] = replace(slot, block=block, origin=origin)
    for key in set(config) - {"nlp", "components"} if sections else ():
        config[key] = _kept(config[key], before.get(key), after.get(key), dollar)


def rename(config: dict[str, Any], old: str, new: str | None) -> None:
    """Call a component by another name wherever a config speaks of it, but in its variables; None: speak of it no more."""
    training, initialize = config.get("training"), config.get("initialize")
    for key in ("frozen_components", "annotating_components"):
        names = training.get(key) if isinstance(training, dict) else None
        if isinstance(training, dict) and isinstance(names, list) and old in names:
            others = [name for name in names if name != old]
            training[key] = others if new is None else [new if name == old else name for name in names]
    settings = initialize.get("components") if isinstance(initialize, dict) else None
    if isinstance(settings, dict) and old in settings:
        block = settings.pop(old)
        if new is not None:
            settings[new] = block
    pretraining = config.get("pretraining")
    if isinstance(pretraining, dict) and pretraining.get("component") == old and new is not None:
        pretraining["component"] = new


def _kept(raw: Any, old: Any, new: Any, dollar: str) -> Any:
    """A part of a config with what its variables led to before, where they lead to something else now.

    dollar: how `$` is written in the config.
    """
    if isinstance(raw, Mapping):
        if not isinstance(old, Mapping):
            return raw
        others = new if isinstance(new, Mapping) else {}
        return {
            key: _kept(value, old[key], others.get(key), dollar) if key in old else value
            for key, value in raw.items()
        }
    return raw if old == new else _written(old, dollar)


def _written(value: Any, dollar: str) -> Any:
    """A value as it is written in a config."""
    if isinstance(value, str):
        return value.replace("$", dollar)
    if isinstance(value, Mapping):
        return {key: _written(one, dollar) for key, one in value.items()}
    return [_written(one, dollar) for one in value] if isinstance(value, list | tuple) else copy.copy(value)
