"""Optimizer steps on the rows of a table that are in use.

A table of hashed features starts with zeros, and most of its rows are never met. A row whose weights, gradient and
optimizer state are zero stays zero in every step that thinc's Optimizer knows (plain, Adam, RAdam, with L2 or weight
decay, with averages). Passing over such rows changes nothing but the time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from thinc.api import Optimizer, get_array_module

from kernel.paramserver import VersionedServer

Array = Any
# Below this many rows a whole step is as quick.
_WORTH_IT = 4096


class Tables:
    """Knows which rows of which tables are in use, as far as they are few."""

    def __init__(self) -> None:
        # Key -> (rows in use, stamp of the weights, first optimizer state); None for a table that is full.
        self._known: dict[str, tuple[Array, int, Array] | None] = {}

    def step(
        self, optimizer: Any, key: str, weights: Array, gradient: Array, server: VersionedServer
    ) -> bool:
        """Do `optimizer(key, weights, gradient)` in place and zero the gradient, if the weights are such a table.

        False if nothing was done: the step is the caller's. server: of the weights, to learn if somebody else has
        changed them in the meantime; it is renewed.
        """
        if type(optimizer) is not Optimizer or weights.ndim < 2 or len(weights) < _WORTH_IT:
            return False
        known = self._known.get(key, ())
        if known is None:
            return False
        state = optimizer.mom1.get(key)
        if known and known[1] == server.stamp and known[2] is state:
            used = known[0]
        else:
            used = _rows_in_use(optimizer, key, weights)
        xp = get_array_module(weights)
        used[xp.flatnonzero(gradient) // (weights.size // len(weights))] = True
        rows = xp.flatnonzero(used)
        if len(rows) > len(used) // 2:
            self._known[key] = None
            return False
        if not len(rows):
            return False
        _step_rows(optimizer, key, weights, gradient, rows)
        server.renew()
        self._known[key] = used, server.stamp, optimizer.mom1.get(key)
        return True


def _states(optimizer: Optimizer) -> Iterator[dict[Any, Array]]:
    yield optimizer.mom1
    yield optimizer.mom2
    if optimizer.averages is not None:
        yield optimizer.averages


def _rows_in_use(optimizer: Optimizer, key: str, weights: Array) -> Array:
    used = weights.reshape(len(weights), -1).any(axis=1)
    for state in _states(optimizer):
        if key in state:
            used |= state[key].reshape(len(weights), -1).any(axis=1)
    return used


def _step_rows(optimizer: Optimizer, key: str, weights: Array, gradient: Array, rows: Array) -> None:
    whole = [state.get(key) for state in _states(optimizer)]
    for state, values in zip(_states(optimizer), whole, strict=True):
        if values is not None:
            part = values.reshape(weights.shape)[rows]
            state[key] = part if values.ndim == weights.ndim else part.ravel()
    weights[rows], _ = optimizer(key, weights[rows], gradient[rows])
    gradient[rows] = 0
    xp = get_array_module(weights)
    for state, values in zip(_states(optimizer), whole, strict=True):
        if key not in state:
            continue
        part = state[key]
        if values is None:
            values = xp.zeros(weights.shape if part.ndim == weights.ndim else weights.size, dtype=part.dtype)
        values.reshape(weights.shape)[rows] = part.reshape(len(rows), *weights.shape[1:])
        state[key] = values
