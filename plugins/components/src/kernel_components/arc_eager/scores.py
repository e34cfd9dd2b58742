"""What a model offers the decoder and the learner."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Places = NDArray[np.intp]


class Layout(NamedTuple):
    """Which tokens of a state a model looks at: 8 of them, or 13."""

    n: int
    second_right: bool = False
    """Of 13, whether number 8 is the second right child of the token below the top of the stack. Otherwise it is the second left
    child of the top itself, which spaCy lists too, and then overwrites: its weights don't know it."""

    @classmethod
    def of(cls, scores: Any) -> Layout:
        """What a model's scores are of. Their attribute `second_right`, if they have it, says of 13 slots what is in number 8."""
        return cls(scores.n_slots, bool(getattr(scores, "second_right", False)))

    @property
    def seconds(self) -> bool:
        """Whether second children count."""
        return self.n == 13


class Steps(Protocol):
    """Scores of states that hold none but some tokens of the batch, and name them by their places among these."""

    def score(self, ids: Places) -> Floats:
        """Scores (S, classes) of the states with feature tokens `ids` (n_slots, S), -1 for none. Overwriting them is allowed."""
        ...

    def single(self, start: int, stop: int) -> Callable[[Sequence[int]], Floats]:
        """A function from n_slots tokens, counted from `start` on, -1 for none, to scores that are valid until its next call."""
        ...


class ScoreFunction(Protocol):
    """What is needed to decode."""

    n_slots: int

    @property
    def at_once(self) -> int:
        """The most tokens to ask `steps` for."""
        ...

    def steps(self, tokens: Places, *, keep: bool = False) -> Any:
        """The `Steps` of some tokens of the batch; those of an earlier call score no more. keep: to learn from."""
        ...

    def score(self, ids: NDArray[np.int32]) -> Floats:
        """Scores (S, classes) of any states, `ids` (S, n_slots) being places in the batch: slower."""
        ...


class LearningScores(ScoreFunction, Protocol):
    """What is needed to learn."""

    def learn_from(self, steps: Any, tokens: Places) -> tuple[Floats, Callable[[Floats], None]]:
        """Scores (S, classes) of all states that the `steps` of `tokens` have scored, in order, and what takes their gradient."""
        ...
