"""Prediction for tokens that are alone in their state: in the first slot, with nothing in the others.

That is the state of every token outside of an entity, so that all tokens of a batch are scored in it first. Nothing in it depends on
what was decided before: the projection of the vectors, the slot's weights and what the empty slots contribute are one affine layer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from thinc.api import Model

from kernel.numeric.server import read, version

Array = Any


class Alone:
    """The layers for some actions, laid out for products with few rows: as (inputs, outputs). Not to be written to."""

    def __init__(
        self,
        project: Model[Any, Any],
        lower: Model[Any, Any],
        upper: Model[Any, Any] | None,
        actions: np.ndarray | None,
    ) -> None:
        """actions: the numbers of those to be scored; None for all."""
        xp, W = lower.ops.xp, read(lower, "W")
        first = W[0].reshape(-1, W.shape[-1])
        pads = read(lower, "pad")[1:].sum(axis=0)
        self.weights = xp.ascontiguousarray((first @ read(project, "W")).T)
        self.bias = first @ read(project, "b") + (read(lower, "b") + pads).reshape(-1)
        self.chosen = slice(None) if actions is None else lower.ops.asarray(actions)
        self.upper = self.upper_bias = None
        if upper is not None:
            self.upper = xp.ascontiguousarray(read(upper, "W")[self.chosen].T)
            self.upper_bias = read(upper, "b")[self.chosen]

    def score(self, vectors: Array, activate: Callable[[Array], Array]) -> Array:
        """Scores (N, actions) for token vectors (N, nI) before the projection. activate: from states to the hidden layer."""
        states = vectors @ self.weights
        states += self.bias
        hidden = activate(states)
        if self.upper is None:
            return hidden[:, self.chosen].copy()
        scores = hidden @ self.upper
        scores += self.upper_bias
        return scores


class KeptAlone:
    """The layers for the actions that were asked for last, kept as long as the parameters don't change."""

    def __init__(self) -> None:
        self._kept: tuple[Any, Alone | None] = (None, None)

    def __reduce__(self) -> tuple[Any, ...]:
        # A copy begins with nothing, in this process and in another, where versions mean something else.
        return KeptAlone, ()

    def get(
        self,
        project: Model[Any, Any],
        lower: Model[Any, Any],
        upper: Model[Any, Any] | None,
        actions: np.ndarray | None,
    ) -> Alone:
        stamps = version((project, lower) if upper is None else (project, lower, upper))
        state = stamps, None if actions is None else actions.tobytes()
        kept_state, kept = self._kept
        if kept is None or stamps is None or state != kept_state:
            kept = Alone(project, lower, upper, actions)
            self._kept = state, kept
        return kept
