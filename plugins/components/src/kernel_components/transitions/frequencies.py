"""How often each action has each label, as configs and files say it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kernel.errors import DataError


def checked_frequencies(frequencies: Any, system: str, actions: Sequence[str]) -> dict[int, dict[str, int]]:
    """Action -> label -> frequency. `DataError` for anything else.

    frequencies: keys are numbers of actions, or texts of them. system: "parser" or "entity", for messages. actions: their names.
    """
    if not isinstance(frequencies, Mapping):
        raise DataError(f"{system} actions are a table of labels for each action, not {frequencies!r}")
    known = {str(number): number for number in range(len(actions))}
    unknown = sorted(str(action) for action in frequencies if str(action) not in known)
    if unknown:
        last = len(actions) - 1
        raise DataError(
            f"unknown {system} actions {unknown}: the actions are 0 ({actions[0]}) to {last} ({actions[last]})"
        )
    for action, labels in frequencies.items():
        if not isinstance(labels, Mapping) or not all(isinstance(count, int) for count in labels.values()):
            raise DataError(f"{system} action {action} must have a frequency for each label, not {labels!r}")
    return {known[str(action)]: dict(labels) for action, labels in frequencies.items()}
