"""A component in its place in a pipeline: one record each, in the order in which they run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kernel.errors import MissingName
from kernel.registries.registry import nearest_name

if TYPE_CHECKING:
    from kernel.config import Config
    from kernel.language.factories import FactoryMeta


@dataclass(frozen=True)
class Slot:
    """What a pipeline knows of one of its components. Records are replaced, not changed.

    meta: what its factory says. block: its section of the config, with variables. enabled: whether it runs. copied:
    whether its weights were taken from another pipeline; `initialize` leaves them alone. origin: the settings that said
    where from, with variables; a saved config repeats them, so that training from it begins with the same weights. place:
    the same for all records of one place in the pipeline, whatever its component is called.
    """

    name: str
    component: Any
    meta: FactoryMeta
    block: Config
    enabled: bool = True
    copied: bool = False
    origin: Mapping[str, Any] = field(default_factory=dict)
    place: object = field(default_factory=object, repr=False, compare=False)

    @property
    def score_weights(self) -> Mapping[str, float | None]:
        """The share of each of its scores, as the component says; one that says nothing has those of its factory."""
        declared = self.meta.default_score_weights
        own = getattr(self.component, "score_weights", None)
        weights: Mapping[str, float | None] = own(declared) if callable(own) else declared
        return weights


def find(slots: Sequence[Slot], name: str) -> Slot:
    """The slot of a name. `MissingName` if there is none."""
    return slots[position(slots, name)]


def position(slots: Sequence[Slot], name: str) -> int:
    """The place of a component. `MissingName` if there is none of that name."""
    for number, slot in enumerate(slots):
        if slot.name == name:
            return number
    raise unknown(name, [slot.name for slot in slots])


def unknown(name: Any, names: list[str]) -> MissingName:
    """The error for a name that no component has."""
    close = nearest_name(name, names) if isinstance(name, str) else None
    return MissingName(
        f"the pipeline has no component {name!r}; it has: {', '.join(names) or 'none'}",
        hint=f"Did you mean {close!r}?" if close else "",
    )
