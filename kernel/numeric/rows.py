"""Optimizer steps on the rows of a table that are in use.

A table of hashed features starts with zeros, and most of its rows are never met. A row whose weights, gradient and
optimizer state are zero stays zero in every step that thinc's Optimizer knows (plain, Adam, RAdam, with L2 or weight
decay, with averages). Passing over such rows changes nothing but the time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from thinc.api import Optimizer, get_array_module

from kernel.numeric.server import VersionedServer

Array = Any
# Below this many rows a whole step is as quick.
_WORTH_IT = 4096


class Tables:
    """Knows which rows of which tables are in use, as far as they are few."""

    def __init__(self) -> None:
        # Key -> (rows in use, stamp of the weights, first optimizer state); None for a table that is full.
        self._known: dict[str, tuple[_InUse, int, Array] | None] = {}
        self._stepped: dict[str, tuple[_InUse, VersionedServer, Array]] = {}

    def step(
        self, optimizer: Any, key: str, weights: Array, gradient: Array, server: VersionedServer
    ) -> bool:
        """Do `optimizer(key, weights, gradient)` in place and zero the gradient, if the weights are such a table.

        False if nothing was done: the step is the caller's. server: of the weights, to learn if somebody else has
        changed them since `settle`.
        """
        if type(optimizer) is not Optimizer or weights.ndim < 2 or len(weights) < _WORTH_IT:
            return False
        known = self._known.get(key, ())
        if known is None:
            return False
        if known and known[1] == server.stamp and known[2] is optimizer.mom1.get(key):
            used = known[0]
        else:
            used = _rows_in_use(optimizer, key, weights)
        met = _nonzero(gradient)
        used.add(met // (gradient.size // len(gradient)))
        if len(used.rows) > len(weights) // 2:
            self._known[key] = None
            return False
        if not len(used.rows):
            return False
        _step_rows(optimizer, key, weights, gradient, used.rows)
        gradient.reshape(-1)[met] = 0
        self._stepped[key] = used, server, optimizer.mom1.get(key)
        return True

    def settle(self) -> None:
        """Take the tables as they are now for what this step has made of them."""
        for key, (used, server, state) in self._stepped.items():
            self._known[key] = used, server.stamp, state
        self._stepped = {}


class _InUse:
    """Which rows of a table are in use: a mark for each, and their numbers in ascending order."""

    def __init__(self, size: int, xp: Any) -> None:
        self._marks, self.rows = xp.zeros(size, dtype=bool), xp.zeros(0, dtype=np.int64)

    def add(self, rows: Array) -> None:
        """Mark some more, in any order."""
        if self._marks[rows].all():
            # As good as always, after some steps: nobody has to go through all marks.
            return
        self._marks[rows] = True
        self.rows = get_array_module(rows).flatnonzero(self._marks)


def _states(optimizer: Optimizer) -> Iterator[dict[Any, Array]]:
    yield optimizer.mom1
    yield optimizer.mom2
    if optimizer.averages is not None:
        yield optimizer.averages


def _rows_in_use(optimizer: Optimizer, key: str, weights: Array) -> _InUse:
    used = _InUse(len(weights), get_array_module(weights))
    width = weights.size // len(weights)
    for values in (weights, *(state[key] for state in _states(optimizer) if key in state)):
        used.add(_nonzero(values) // width)
    return used


def _nonzero(values: Array) -> Array:
    """The places of all numbers that are not zero, in ascending order."""
    # Comparing first makes numpy's search several times as fast as searching floats.
    return get_array_module(values).flatnonzero(values != 0)


def _step_rows(optimizer: Optimizer, key: str, weights: Array, gradient: Array, rows: Array) -> None:
    states = list(_states(optimizer))
    whole = [state.get(key) for state in states]
    try:
        for state, values in zip(states, whole, strict=True):
            if values is not None:
                part = values.reshape(weights.shape).take(rows, axis=0)
                state[key] = part if values.ndim == weights.ndim else part.ravel()
        stepped, _ = optimizer(key, weights.take(rows, axis=0), gradient.take(rows, axis=0))
        parts = [state.get(key) for state in states]
    finally:
        # Also after an interrupt: the state of a few rows would be taken for that of the table.
        for state, values in zip(states, whole, strict=True):
            if values is not None:
                state[key] = values
            else:
                state.pop(key, None)
    _put(weights, rows, stepped)
    xp = get_array_module(weights)
    for state, values, part in zip(states, whole, parts, strict=True):
        if part is None:
            continue
        if values is None:
            values = xp.zeros(weights.shape if part.ndim == weights.ndim else weights.size, dtype=part.dtype)
        _put(values.reshape(weights.shape), rows, part.reshape(len(rows), *weights.shape[1:]))
        state[key] = values


def _put(table: Array, rows: Array, values: Array) -> None:
    if type(table) is np.ndarray and table.flags.c_contiguous:
        # numpy moves a row at once, many times as fast, if it doesn't know that there are numbers in it.
        row = np.dtype((np.void, table[0].nbytes))
        table = table.reshape(len(table), -1).view(row)[:, 0]
        values = np.ascontiguousarray(values).reshape(len(values), -1).view(row)[:, 0]
    table[rows] = values
