"""Which component of which pipeline a component was taken from, as the settings of its block say it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ORIGIN = ("source", "component", "replace_listeners")
"""The settings of a block that say which component of which pipeline it is taken from."""


def apart(block: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The settings of a component's block, and those that say where its weights come from, if any do."""
    names = ORIGIN if "source" in block else ()
    settings = {key: value for key, value in block.items() if key not in names}
    return settings, {key: block[key] for key in names if key in block}


def without_null(block: Mapping[str, Any]) -> dict[str, Any]:
    """A block whose source, if it is null, is not there, with all that belongs to it."""
    return apart(block)[0] if block.get("source", "") is None else dict(block)


def together(block: Mapping[str, Any], origin: Mapping[str, Any]) -> dict[str, Any]:
    """A block as a saved config has it: how the component is built, and where its weights came from."""
    settings = dict(block)
    return {"factory": settings.pop("factory"), **origin, **settings}
