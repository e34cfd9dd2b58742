"""What callbacks know, kept and given back.

A callback says so itself with `state()` and `restore(state)`. Of one without, the attributes that are plain data and
have changed since it was made are its state; of a function, its variables from around it (`nonlocal`). What else it has is
named in a note, because it is not kept. So it is with the functions that `[training]` names.
"""

from __future__ import annotations

import inspect
from collections import OrderedDict, deque
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import PurePath
from types import CellType, FunctionType, ModuleType, SimpleNamespace
from typing import Any

import numpy as np

from kernel.config.schemas import Section
from kernel.errors import DataError, note, warn
from kernel.numeric.schedules import ByStep
from kernel.registries.blame import naming
from kernel.state import is_stateful
from kernel.training.encoding import Arrays, NotPlain, encode
from kernel.training.run import Run

# What is made once and doesn't change; sections, checked or built, are what the config says.
_FIXED = (ModuleType, type, PurePath, Section, SimpleNamespace)
_IN_PLACE = (list, dict, set, deque, OrderedDict)
# Of the section of a run: functions that are called again and again.
_FUNCTIONS = ("before_update", "before_to_disk")


def callbacks_of(run: Run) -> list[tuple[str, Any]]:
    """(label, object) of all that a run calls at its events, in the order of the calls; then the functions of its settings."""
    named = [(f"{run.section}.{name}", getattr(run.settings, name, None)) for name in _FUNCTIONS]
    return [*run.hooks.objects, *((label, function) for label, function in named if function is not None)]


class CallbackStates:
    """The states of the callbacks of a run. callbacks: (label, object) in the order of their calls."""

    def __init__(self, callbacks: Iterable[tuple[str, Any]]) -> None:
        self._callbacks = list(callbacks)
        # What each began with: settings are no state, and may be changed for a run that goes on.
        self._first = [_settings(callback) for _, callback in self._callbacks]
        self._second = self._first

    def begun(self) -> None:
        """Note what `train_start` has made of them, and say of whom something will not be kept."""
        self._second = [_settings(callback) for _, callback in self._callbacks]
        for label, callback in self._callbacks:
            lost = _unkept(callback)
            if lost and not is_stateful(callback):
                note(
                    f"callback {label} begins anew in a run that is resumed with {', '.join(lost)}: "
                    "state() and restore(state) would keep that"
                )

    def check(self) -> None:
        """`DataError` if a state is no plain data: hours later would be too late to hear of it."""
        for label, state in self.states():
            try:
                encode(state, Arrays())
            except NotPlain as error:
                raise DataError(
                    f"the state of callback {label} can't be kept: {error.place or 'it'} holds an object of type {error.kind}",
                    hint="state() returns plain data: numbers, texts, lists, tuples, dicts, sets and arrays.",
                ) from error

    def states(self) -> list[tuple[str, Any]]:
        """(label, state) of each, in their order."""
        found = []
        for number, (label, callback) in enumerate(self._callbacks):
            if is_stateful(callback):
                with naming(f"state() of callback {label}"):
                    found.append((label, callback.state()))
            else:
                found.append((label, self._attributes(number, callback)))
        return found

    def restore(self, states: Iterable[tuple[str, Any]]) -> None:
        """Give the states back to those with the same labels, in their order. Of others, a warning says that they are new."""
        waiting = list(states)
        for label, callback in self._callbacks:
            found = next((each for each in waiting if each[0] == label), None)
            if found is None:
                warn(f"callback {label} was not in the run that is resumed: it begins anew")
                continue
            waiting.remove(found)
            if is_stateful(callback):
                with naming(f"restore() of callback {label}"):
                    callback.restore(found[1])
            else:
                _give_back(callback, found[1])
        for label, _ in waiting:
            warn(f"callback {label} of the run that is resumed is gone, with what it knew")

    def _attributes(self, number: int, callback: Any) -> dict[str, Any]:
        found = {}
        for name, value in _attributes(callback).items():
            try:
                written = encode(value, Arrays())
            except NotPlain:
                continue
            befores = self._first[number], self._second[number]
            if isinstance(value, np.ndarray) or any(
                name not in old or old[name] != written for old in befores
            ):
                found[name] = value
        return found


def _settings(callback: Any) -> dict[str, Any]:
    """The plain attributes of an object as they are now, arrays left out."""
    found = {}
    for name, value in _attributes(callback).items():
        arrays = Arrays()
        try:
            written = encode(value, arrays)
        except NotPlain:
            continue
        if not arrays.copies:
            found[name] = written
    return found


def _attributes(callback: Any) -> dict[str, Any]:
    """Name -> value of what an object has, and a function around it; of schedules by the step, their state.

    Other things with a state may be asked for it at certain moments only: see `kernel.training.passes`.
    """
    return {
        name: value.state() if isinstance(value, ByStep) else value
        for name, value in _things(callback).items()
    }


def _things(callback: Any) -> dict[str, Any]:
    found = dict(getattr(callback, "__dict__", {}))
    for name, cell in _variables(callback).items():
        # Empty until the variable has its first value.
        with suppress(ValueError):
            found[name] = cell.cell_contents
    for kind in type(callback).__mro__:
        slots = vars(kind).get("__slots__", ())
        for name in [slots] if isinstance(slots, str) else slots:
            if name not in ("__dict__", "__weakref__") and hasattr(callback, name):
                found[name] = getattr(callback, name)
    return found


def _variables(callback: Any) -> dict[str, CellType]:
    """The variables that a function has from the function that made it."""
    if not isinstance(callback, FunctionType):
        return {}
    return dict(zip(callback.__code__.co_freevars, callback.__closure__ or (), strict=True))


def _unkept(callback: Any) -> list[str]:
    """Names of the attributes, and of the variables of a function, that are neither plain nor fixed."""
    found = []
    for name, value in _attributes(callback).items():
        if isinstance(value, _FIXED) or inspect.isroutine(value) or value.__class__.__module__ == "re":
            continue
        try:
            encode(value, Arrays())
        except NotPlain:
            found.append(name)
    return found


def _give_back(callback: Any, state: Mapping[str, Any]) -> None:
    variables, here = _variables(callback), _things(callback)
    for name, value in state.items():
        old = here.get(name)
        if isinstance(old, ByStep):
            old.restore(value)
            continue
        # In place, as somebody else may have it too.
        if isinstance(old, _IN_PLACE) and type(old) is type(value) and _same_room(old, value):
            old.clear()
            (old.extend if isinstance(old, list | deque) else old.update)(value)
        elif name in variables:
            variables[name].cell_contents = value
        else:
            setattr(callback, name, value)


def _same_room(old: Any, new: Any) -> bool:
    return not isinstance(old, deque) or old.maxlen == new.maxlen
