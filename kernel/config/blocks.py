"""Which block of a config a model was made by, so that an error of a layer can name lines of the config.

Models can't be referred to weakly and keep no secrets from their files, so the blocks are in a table of bounded size by the
number that every model has; a number is never used again in a process.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kernel.config.sources import Place, Sources, place_of

# Blocks that are remembered. The oldest go first: what is built is looked at soon, if ever.
MOST = 10_000


@dataclass(frozen=True, slots=True)
class Block:
    """path: dotted. place: where it is written. sizes: the whole numbers among its settings, each with its place. name: of its
    function. sources: of its config."""

    path: str
    place: Place | None
    sizes: Mapping[str, tuple[int, Place | None]]
    name: str = ""
    sources: Sources = field(default_factory=dict, repr=False)


_BLOCKS: OrderedDict[int, Block] = OrderedDict()


def record(
    made: Any, path: str, kind: str, settings: Mapping[str, Any], sources: Sources, name: str = ""
) -> None:
    """Remember the block at a path, with its function of this name, as the maker of a model; anything else is left alone.

    A model that was made by a block inside of this one stays with that.
    """
    number = getattr(made, "id", None)
    if not isinstance(number, int) or not hasattr(made, "walk") or number in _BLOCKS:
        return
    sizes = {
        name: (value, place_of(sources, f"{path}.{name}"))
        for name, value in settings.items()
        if isinstance(value, int) and not isinstance(value, bool)
    }
    _BLOCKS[number] = Block(path, place_of(sources, f"{path}.@{kind}"), sizes, name, sources)
    while len(_BLOCKS) > MOST:
        _BLOCKS.popitem(last=False)


def block_of(model: Any) -> Block | None:
    """The block that made a model; None for a model that no config made, or a layer inside of one."""
    return _BLOCKS.get(model.id)
