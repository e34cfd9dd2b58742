"""State of whatever a run consists of: what a checkpoint keeps of it, and what gives it back.

An object has a state if it has two methods: `state()` returns it as plain data, `restore(state)` puts an equal object of
another process where this one stood. Readers' corpora, batchers, schedules, optimizers, augmenters and callbacks may have
them; what has none is replayed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeGuard

import numpy as np

from kernel.errors import TrainingError

_SCALARS = (type(None), bool, int, float, str)


class Stateful(Protocol):
    """An object that says where it stands."""

    def state(self) -> Any:
        """Where it stands: None, bool, int, float, str, lists, tuples and dicts of these, and arrays of numpy."""
        ...

    def restore(self, state: Any) -> None:
        """Stand where the object stood whose `state()` this is."""
        ...


def is_stateful(thing: object) -> TypeGuard[Stateful]:
    """Whether an object has both methods. One that wraps another should have them only if that one has."""
    return callable(getattr(thing, "state", None)) and callable(getattr(thing, "restore", None))


def copied(state: Any, owner: str, known: Callable[[Any], Any] | None = None) -> Any:
    """A copy that shares nothing with the original, so that it may be written while training goes on.

    owner: whose state it is, for the message. known: for a state that may hold other objects too: plain data to stand for
    such an object, None for what it doesn't know. `TrainingError` for what is no plain data.
    """
    if type(state) in _SCALARS or isinstance(state, np.generic):
        return state
    if isinstance(state, float):
        # What a number knows besides, such as a `Share` of its counts, is no part of the state.
        return float(state)
    if known is not None and (found := known(state)) is not None:
        return found
    if isinstance(state, np.ndarray) and not state.dtype.hasobject:
        return state.copy()
    if type(state) in (list, tuple):
        return type(state)(copied(each, owner, known) for each in state)
    if type(state) is dict:
        return {copied(key, owner): copied(each, owner, known) for key, each in state.items()}
    raise TrainingError(
        f"the state of {owner} holds an object of type {type(state).__qualname__}",
        hint="state() returns None, bool, int, float, str, lists, tuples and dicts of these, and arrays of numpy.",
    )
