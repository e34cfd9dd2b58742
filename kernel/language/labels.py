"""Which components find nothing to learn in examples, and what these hold instead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kernel.component import Component

if TYPE_CHECKING:
    from kernel.language.slots import Slot
    from kernel.tokens import Doc
    from kernel.tokens.example import Example

_COLUMNS = {
    "ENT_IOB": "entity annotation",
    "TAG": "tags",
    "POS": "parts of speech",
    "MORPH": "morphology",
    "LEMMA": "lemmas",
    "DEP": "dependencies",
    "SENT_START": "sentences",
}


def unlabelled(
    slots: Sequence[Slot], examples: Sequence[Example], settings: Mapping[str, Any] | None = None
) -> dict[str, str]:
    """Component -> what the examples hold, for those of these components of which no example has a gold label.

    settings: the interpolated `[initialize]`; then components are left out that came with their labels, have some already,
    or are given some there.
    """
    asked = [slot for slot in slots if learns_labels(slot.component)]
    if settings is not None:
        asked = [slot for slot in asked if not _knows(slot, settings)]
    without = [
        slot.name for slot in asked if not any(slot.component.gold_labels([example]) for example in examples)
    ]
    if not without:
        return {}
    holds, groups = held(examples), sorted({key for example in examples for key in example.reference.groups})
    return {slot.name: holds + _other_group(slot, groups) for slot in asked if slot.name in without}


def _other_group(slot: Slot, groups: Sequence[str]) -> str:
    """What to set for a component that learns one group of spans, where the examples have others."""
    key = getattr(slot.component, "cfg", {}).get("spans_key")
    if key is None or key in groups or not groups:
        return ""
    return f". '{slot.name}' learns spans['{key}']: to learn another group, set it in [components.{slot.name}]: spans_key = \"{groups[0]}\""


def held(examples: Sequence[Example]) -> str:
    """What is annotated in the gold documents, in words."""
    counts: Counter[str] = Counter()
    entities = 0
    for example in examples:
        counts.update(_annotations(example.reference))
        entities += len(example.reference.ents)
    size = f"{len(examples):,} document{'s' * (len(examples) != 1)}"
    if not counts:
        return f"{size}, and nothing is annotated in any of them"
    shown = ", ".join(f"{name} in {number:,}" for name, number in counts.most_common())
    none = " (but no entity)" if counts[_COLUMNS["ENT_IOB"]] and not entities else ""
    return f"{size}: {shown}{none}"


def _annotations(doc: Doc) -> list[str]:
    found = [name for attr, name in _COLUMNS.items() if doc.has_annotation(attr)]
    if doc.cats:
        found.append("categories")
    return found + [f"spans[{key!r}]" for key in doc.groups]


def learns_labels(component: Any) -> bool:
    """Whether a component takes labels from gold annotations: rules have labels of their own, which no data need to have."""
    own = getattr(type(component), "gold_labels", None)
    return own is not None and own is not Component.gold_labels


def _knows(slot: Slot, settings: Mapping[str, Any]) -> bool:
    given = (settings.get("components") or {}).get(slot.name) or {}
    return slot.copied or bool(getattr(slot.component, "labels", ())) or given.get("labels") is not None
