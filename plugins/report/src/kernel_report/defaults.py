"""What a config would be if nobody had set anything in it but what its functions are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kernel.config import Config, default_config
from kernel.errors import KernelError
from kernel.registries.blame import describe_error
from kernel.training.prepare import fill_config, pipeline_class

# What other values refer to.
_KEPT = ("paths", "system", "variables", "plugins", "registry")
# Keys that say which function a block is of.
_NAMES = ("factory", "source", "lang", "pipeline")


def defaults(settings: Mapping[str, Any]) -> tuple[Mapping[str, Any], str]:
    """The defaults of a filled, interpolated config, and why they are not known, "" if they are.

    Of the same functions, which are imported for it: a package may be missing, and so may what `--code` brought.
    """
    try:
        bare = Config({key: value if key in _KEPT else _bare(value) for key, value in settings.items()})
        filled = fill_config(pipeline_class(bare), bare, problems=[]).interpolate()
    except KernelError as error:
        return {}, error.message
    except Exception as error:  # noqa: BLE001 (a class of somebody's, which may count on sections that aren't there)
        return {}, describe_error(error)
    return {**filled, **{key: value for key, value in default_config().items() if key in _KEPT}}, ""


def _bare(value: Any) -> Any:
    """A section without what could be left out, as far as its sections can tell."""
    if not isinstance(value, Mapping):
        return value
    kept = {}
    for key, item in value.items():
        if str(key).startswith("@") or key in _NAMES:
            kept[key] = item
        elif isinstance(item, Mapping) and item:
            kept[key] = _bare(item)
    return kept
