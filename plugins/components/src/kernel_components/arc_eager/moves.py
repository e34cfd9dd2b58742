"""The classes of the transition system and their order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernel.errors import DataError
from kernel_components.arc_eager.actions import BREAK, LEFT, REDUCE, RIGHT, SHIFT
from kernel_components.arc_eager.validity import Masks, masks
from kernel_components.gold_keys import label_key
from kernel_components.transitions.frequencies import checked_frequencies
from kernel_components.transitions.moves_file import moves_from_bytes, moves_to_bytes

LETTERS = "SDLRB"
NAMES = ("SHIFT", "REDUCE", "LEFT", "RIGHT", "BREAK")
SUBTOKEN = "subtok"
"""The label between the parts of one word: only neighbours may have it."""
ROOT = "ROOT"


@dataclass(slots=True, frozen=True)
class Rules:
    """What the classes of a model do, and what is valid, as lists."""

    action: list[int]
    label: list[int]
    add: list[NDArray[np.float32]]
    any: list[bool]
    first: list[int]


class Moves:
    """Actions and labels in the class order of the model's output.

    `frequencies` maps an action id (0 SHIFT, 1 REDUCE, 2 LEFT, 3 RIGHT, 4 BREAK) to {label: frequency}. Classes come by
    action, then by descending (frequency, label); labels that were added to a finished model have negative frequencies
    and come last, so that no class ever changes its number. The labels of LEFT and RIGHT are numbered in the order in
    which the classes have them; those of other actions are a form of the file and mean nothing.
    """

    def __init__(self, frequencies: Mapping[Any, Mapping[str, int]] | None = None) -> None:
        given = checked_frequencies(frequencies or {}, "parser", NAMES)
        for action in (LEFT, RIGHT):
            if "" in given.get(action, {}):
                raise DataError(f"parser action {action} makes an arc, which needs a label that is not empty")
        for action, label in ((SHIFT, ""), (REDUCE, ""), (BREAK, ROOT)):
            if not given.get(action):
                given[action] = {label: 1}
        self._frequencies: dict[int, dict[str, int]] = {action: {} for action in range(5)}
        self._classes: list[tuple[int, str]] = []
        self.index: dict[str, int] = {}
        """The number of each label."""
        added: list[tuple[int, str, int]] = []
        for action in range(5):
            for frequency, label in sorted(((f, x) for x, f in given.get(action, {}).items()), reverse=True):
                if frequency < 0:
                    added.append((frequency, label, -action))
                else:
                    self._append(action, label, frequency)
        for frequency, label, action in sorted(added, reverse=True):
            self._append(-action, label, frequency)

    @classmethod
    def from_counts(cls, left: Mapping[str, int], right: Mapping[str, int], breaks: int = 1) -> Moves:
        """left, right: how many arcs of each label point to the left (the head comes after) and to the right.

        breaks: how many sentences follow another one.
        """
        return cls({LEFT: dict(left), RIGHT: dict(right), BREAK: {ROOT: breaks}})

    def _append(self, action: int, label: str, frequency: int) -> None:
        self._frequencies[action][label] = frequency
        self._classes.append((action, label))
        if action in (LEFT, RIGHT):
            self.index.setdefault(label, len(self.index))
        for name in _DERIVED:
            self.__dict__.pop(name, None)

    def add(self, label: str) -> bool:
        """Append what a label lacks of its two classes, LEFT and RIGHT; False when it has both."""
        if not isinstance(label, str) or not label:
            raise DataError(f"a label of a dependency must be a string that is not empty, not {label!r}")
        new = [action for action in (LEFT, RIGHT) if label not in self._frequencies[action]]
        lowest = min(0, *(f for each in self._frequencies.values() for f in each.values()))
        for action in new:
            self._append(action, label, lowest - 1)
        return bool(new)

    def __len__(self) -> int:
        return len(self._classes)

    @cached_property
    def names(self) -> list[str]:
        """Class names in class order, such as `S`, `D`, `L-nsubj` and `B-ROOT`."""
        return [f"{LETTERS[action]}-{label}" if label else LETTERS[action] for action, label in self._classes]

    @property
    def frequencies(self) -> dict[str, dict[str, int]]:
        """What `init labels` writes and `initialize` reads back: {"0": {"": 1}, ..., "4": {"ROOT": 1}}."""
        return {str(action): dict(labels) for action, labels in self._frequencies.items()}

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Labels of arcs; their positions are the label numbers used in columns."""
        return tuple(self.index)

    @cached_property
    def key(self) -> str:
        """Changes whenever label numbers or classes do: a cache key for encoded gold annotations."""
        return label_key("arc_eager", self.names)

    @cached_property
    def action(self) -> NDArray[np.int8]:
        """The action of each class."""
        return np.array([action for action, _ in self._classes], dtype=np.int8)

    @cached_property
    def label(self) -> NDArray[np.int64]:
        """The label number of each class; -1 for what makes no arc."""
        return np.array(
            [self.index[label] if action in (LEFT, RIGHT) else -1 for action, label in self._classes],
            dtype=np.int64,
        )

    @cached_property
    def left(self) -> NDArray[np.int64]:
        """The class of LEFT by label number, -1 where the label has none."""
        return self._by_label(LEFT)

    @cached_property
    def right(self) -> NDArray[np.int64]:
        """The class of RIGHT by label number, -1 where the label has none."""
        return self._by_label(RIGHT)

    def _by_label(self, action: int) -> NDArray[np.int64]:
        classes = np.full(len(self.index), -1, dtype=np.int64)
        for number, (each, label) in enumerate(self._classes):
            if each == action:
                classes[self.index[label]] = number
        return classes

    @cached_property
    def subtoken(self) -> NDArray[np.bool_]:
        """Which classes make arcs that only neighbours may have."""
        return np.array([action in (LEFT, RIGHT) and label == SUBTOKEN for action, label in self._classes])

    @cached_property
    def masks(self) -> Masks:
        """What is valid in a state, by what `validity.TABLE` says of it."""
        return masks(self.action, self.subtoken)

    @cached_property
    def rules(self) -> Rules:
        """The columns of classes as lists."""
        masks = self.masks
        return Rules(
            self.action.tolist(),
            self.label.tolist(),
            list(masks.add),
            masks.any.tolist(),
            masks.first.tolist(),
        )

    def to_bytes(self, cfg: Mapping[str, Any] | None = None) -> bytes:
        """The field's `moves` file: msgpack of the frequencies as a JSON string, and settings."""
        return moves_to_bytes(self.frequencies, cfg)

    @classmethod
    def from_bytes(cls, data: bytes) -> Moves:
        """What `to_bytes` made. `DataError` for anything else."""
        return cls(moves_from_bytes(data))


_DERIVED = [name for name, value in vars(Moves).items() if isinstance(value, cached_property)]
