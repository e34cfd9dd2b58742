"""The classes of the transition system and their order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernel.errors import DataError
from kernel_components.gold_keys import label_key
from kernel_components.transitions.frequencies import checked_frequencies
from kernel_components.transitions.moves_file import moves_from_bytes, moves_to_bytes

MISSING, BEGIN, IN, LAST, UNIT, OUT = range(6)
LETTERS = "MBILUO"
SPAN_ACTIONS = (BEGIN, IN, LAST, UNIT)


class Moves:
    """Labels and actions in the class order of the model's output.

    `frequencies` maps an action id (0 M, 1 B, 2 I, 3 L, 4 U, 5 O) to {label: frequency}. Classes come by action, then
    by descending (frequency, label); labels that were added to a finished model have negative frequencies and come
    last, so that no class ever changes its number. Two classes carry the empty label: `O`, and `U-` for a token that
    an earlier annotation forbids to be in an entity.
    """

    def __init__(self, frequencies: Mapping[Any, Mapping[str, int]] | None = None) -> None:
        given = checked_frequencies(frequencies or {}, "entity", LETTERS)
        given.setdefault(UNIT, {}).setdefault("", 1)
        given.setdefault(OUT, {}).setdefault("", 1)
        _check_complete(given)
        self._frequencies: dict[int, dict[str, int]] = {action: {} for action in range(6)}
        self._classes: list[tuple[int, str]] = []
        self._labels: list[str] = []
        self._lowest = dict.fromkeys(range(6), 0)
        self.index: dict[str, int] = {}
        """The number of each label."""
        added: set[tuple[int, str]] = set()
        for action in range(6):
            for frequency, label in sorted(((f, x) for x, f in given.get(action, {}).items()), reverse=True):
                if frequency < 0:
                    added.add((frequency, label))
                elif action != MISSING:
                    self._append(action, label, frequency)
        for frequency, label in sorted(added, reverse=True):
            for action in SPAN_ACTIONS:
                if given.get(action, {}).get(label) == frequency:
                    self._append(action, label, frequency)

    @classmethod
    def from_labels(cls, labels: Iterable[str] | Mapping[str, int]) -> Moves:
        """All four actions for every label; a mapping gives the number of tokens that carry each."""
        counts = labels if isinstance(labels, Mapping) else dict.fromkeys(labels, 1)
        return cls({action: dict(counts) for action in SPAN_ACTIONS})

    def _append(self, action: int, label: str, frequency: int) -> None:
        self._frequencies[action][label] = frequency
        self._classes.append((action, label))
        self._lowest[action] = min(self._lowest[action], frequency)
        if action == BEGIN:
            self.index[label] = len(self._labels)
            self._labels.append(label)

    def add(self, label: str) -> bool:
        """Append the four classes of a label; False when it is known already."""
        if not isinstance(label, str) or not label:
            raise DataError(f"an entity label must be a string that is not empty, not {label!r}")
        if label in self.index:
            return False
        for action in SPAN_ACTIONS:
            self._append(action, label, self._lowest[action] - 1)
        for name in _DERIVED:
            self.__dict__.pop(name, None)
        return True

    def __len__(self) -> int:
        return len(self._classes)

    @property
    def names(self) -> list[str]:
        """Class names in class order, such as `B-PER`, `O` and `U-`."""
        return ["O" if action == OUT else f"{LETTERS[action]}-{label}" for action, label in self._classes]

    @property
    def frequencies(self) -> dict[str, dict[str, int]]:
        """What `init labels` writes and `initialize` reads back: {"1": {label: frequency}, ..., "5": {"": 1}}."""
        return {str(action): dict(self._frequencies[action]) for action in range(1, 6)}

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Labels in class order; their positions are the label numbers used in columns."""
        return tuple(self._labels)

    @cached_property
    def key(self) -> str:
        """Changes whenever label numbers do: a cache key for encoded gold annotations."""
        return label_key("biluo", self.labels)

    def _ids(self, action: int) -> NDArray[np.int64]:
        position = {pair: i for i, pair in enumerate(self._classes)}
        return np.array([position[action, label] for label in self.labels], dtype=np.int64)

    @cached_property
    def begin(self) -> NDArray[np.int64]:
        """Class of B by label number; `inside`, `last` and `unit` likewise."""
        return self._ids(BEGIN)

    @cached_property
    def inside(self) -> NDArray[np.int64]:
        return self._ids(IN)

    @cached_property
    def last(self) -> NDArray[np.int64]:
        return self._ids(LAST)

    @cached_property
    def unit(self) -> NDArray[np.int64]:
        return self._ids(UNIT)

    @property
    def outside(self) -> int:
        return self._classes.index((OUT, ""))

    @property
    def blocked(self) -> int:
        """Class of `U-`."""
        return self._classes.index((UNIT, ""))

    @cached_property
    def closed(self) -> NDArray[np.int64]:
        """Classes of a state without an open entity: O, every B, every U. O comes first, so that it wins ties."""
        return np.concatenate(([self.outside], self.begin, self.unit)).astype(np.int64)

    @cached_property
    def closed_actions(self) -> NDArray[np.int8]:
        """The action of each class in `closed`."""
        return np.repeat(np.array([OUT, BEGIN, UNIT], dtype=np.int8), [1, len(self.labels), len(self.labels)])

    @cached_property
    def closed_labels(self) -> NDArray[np.int64]:
        """The label number of each class in `closed`, -1 for O."""
        numbers = np.arange(len(self.labels))
        return np.concatenate(([-1], numbers, numbers)).astype(np.int64)

    @cached_property
    def open(self) -> NDArray[np.int64]:
        """Classes of a state inside an entity: every I, every L."""
        return np.concatenate((self.inside, self.last)).astype(np.int64)

    def to_bytes(self, cfg: Mapping[str, Any] | None = None) -> bytes:
        """The field's `moves` file: msgpack of the frequencies as a JSON string, and settings."""
        return moves_to_bytes({"0": {}, **self.frequencies}, cfg)

    @classmethod
    def from_bytes(cls, data: bytes) -> Moves:
        """What `to_bytes` made. `DataError` for anything else."""
        return cls(moves_from_bytes(data))


_DERIVED = [name for name, value in vars(Moves).items() if isinstance(value, cached_property)]


def _check_complete(given: Mapping[int, Mapping[str, int]]) -> None:
    """Every label needs its four actions: an entity that can be opened must be able to end."""
    everything = {label for action in SPAN_ACTIONS for label in given.get(action, {}) if label}
    for label in sorted(everything):
        absent = [LETTERS[action] for action in SPAN_ACTIONS if label not in given.get(action, {})]
        if absent:
            raise DataError(
                f"entity label {label!r} has no {', '.join(absent)} action",
                hint="A label needs B, I, L and U; give `labels` as a list of names, or as `init labels` writes it.",
            )
