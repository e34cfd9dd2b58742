"""Scores of transition states, for a decoder that decides which states it needs."""

import weakref
from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
from thinc.api import Model

from kernel.numeric.ops import maxout, maxout_winners
from kernel.numeric.server import read

from .state_features import Slots
from .steps import TABLE_BYTES, Rows, Steps, Upper

Array = Any

BLOCK = 2048
"""States that go through the layers together when only their scores are wanted."""


class TransitionScores:
    """The scores of any states of one batch of documents.

    A state is a row of token numbers, counted over the whole batch; -1 is a slot without a token. Ids and scores are
    numpy arrays on every device. In training the same dropout mask serves `score` and `begin_update`: it belongs to
    the token in slot 0. second_right: of 13 slots, whether number 8 is what it is in weights of spaCy, see `state_features`. Classes in `unseen_classes` of the model have the lowest finite score and learn nothing.
    """

    def __init__(
        self,
        model: Model[Any, Any],
        raw: Array,
        vectors: Array | None,
        backprop_vectors: Callable[[Array], Any] | None,
        dropout: float = 0.0,
    ) -> None:
        """raw: token vectors before the projection. vectors: projected ones; None leaves it to when they are needed."""
        self._project, lower = model.layers[1], model.get_ref("lower")
        self.ops = model.ops
        self._raw, self._given = raw, vectors
        self.n_tokens = len(raw)
        self.n_slots: int = lower.get_dim("nF")
        self.second_right = bool(lower.attrs.get("second_right"))
        self._upper = model.maybe_get_ref("upper")
        self._pieces: int = lower.get_dim("nP")
        learns = backprop_vectors is not None
        self._rectified = self._upper is not None and (learns or not lower.attrs.get("linear_in_prediction"))
        self._lower, self._kept, self._kept_alone = lower, model.attrs["rows"], model.attrs["alone"]
        self._memory: Array = None
        self._backprop_vectors = backprop_vectors
        self._d_vectors: Array = None
        self._outside: tuple[Array, Array] | None = None
        self._mask: Array = None
        if backprop_vectors is not None and dropout and self._upper is not None:
            self._mask = self.ops.get_dropout_mask((self.n_tokens, self._upper.get_dim("nI")), dropout)
        self._unseen = sorted(c for c in model.attrs["unseen_classes"] if c < model.get_dim("nO"))

    @cached_property
    def vectors(self) -> Array:
        """The token vectors (N, nI) that states are made of."""
        if self._given is not None:
            return self._given
        vectors = self.ops.gemm(self._raw, read(self._project, "W"), trans2=True)
        vectors += read(self._project, "b")
        return vectors

    @cached_property
    def _slots(self) -> Slots:
        return Slots(self._lower, self.vectors)

    @property
    def at_once(self) -> int:
        """The number of tokens that `steps` should be asked for at most."""
        row: int = read(self._lower, "W")[..., 0].size * self._raw.dtype.itemsize
        return max(1, TABLE_BYTES // row)

    def steps(self, tokens: np.ndarray, *, keep: bool = False) -> Steps:
        """Scores of states that come one after the other, with none but some tokens (their numbers) in their slots.

        They share one memory: what was asked for before can't score any more, but still pass its gradient on. keep: in
        training, remember the states. Dropout acts as in `score`.
        """
        training = self._backprop_vectors is not None
        if training:
            rows, source = Rows(self._project, self._lower, folded=False), self.vectors
        else:
            rows = self._kept.get(self._project, self._lower)
            source = self._raw if rows.folded else self.vectors
        n = len(tokens)
        if self._memory is None or len(self._memory) <= n:
            self._memory = self._kept.memory(n + 1, rows.size, self._raw.dtype, self.ops)
            weakref.finalize(self, self._kept.give, self._memory)
        layer = self.ops, self._upper, self._pieces, self._unseen
        if training or self._upper is None:
            upper = Upper(*layer, packed=not training, rectified=self._rectified)
        else:
            upper = self._kept.get_upper(*layer, rectified=self._rectified)
        places, memory = self.ops.asarray(tokens), self._memory[: n + 1]
        return Steps(self._lower, rows, upper, source, places, memory, keep=keep, mask=self._mask)

    def learn_from(self, steps: Steps, tokens: np.ndarray) -> tuple[np.ndarray, Callable[[np.ndarray], None]]:
        """Scores (S, n_actions) of all that `steps`, for `tokens`, has kept, and a function that takes their gradient."""
        scores, backprop_steps = steps.begin_update()

        def backprop(d_scores: np.ndarray) -> None:
            self._gathered()[self.ops.asarray(tokens)] += backprop_steps(d_scores)

        return scores, backprop

    def _gathered(self) -> Array:
        if self._d_vectors is None:
            self._d_vectors = self.ops.xp.zeros_like(self.vectors)
        return self._d_vectors

    def score(self, ids: np.ndarray, actions: np.ndarray | None = None) -> np.ndarray:
        """Scores (S, n_actions) of the states `ids` (S, n_slots), or of some actions only."""
        if self._backprop_vectors is None and len(ids) > BLOCK:
            blocks = [self.score(ids[at : at + BLOCK], actions) for at in range(0, len(ids), BLOCK)]
            return np.concatenate(blocks)
        on_device = self.ops.asarray(ids)
        hidden = self._activate(self._slots.sum(on_device), on_device[:, 0])
        return self._output(hidden, actions)

    def score_alone(self, start: int, stop: int, actions: np.ndarray | None = None) -> np.ndarray:
        """The same for the tokens from `start` to `stop`, each by itself in slot 0 of a state."""
        if self._backprop_vectors is None:
            layers = self._kept_alone.get(self._project, self._lower, self._upper, actions)
            found = [
                layers.score(self._raw[at : min(at + BLOCK, stop)], self._activate)
                for at in range(start, stop, BLOCK)
            ]
            scores = found[0] if len(found) == 1 else self.ops.xp.concatenate(found)
            return self._with_unseen(scores, actions)
        states = self._slots.sum_first(start, stop)
        hidden = self._activate(states, slice(start, stop))
        if (start, stop) == (0, self.n_tokens):
            self._outside = states, hidden
        return self._output(hidden, actions)

    def begin_update(self, ids: np.ndarray) -> tuple[np.ndarray, Callable[[np.ndarray], None]]:
        """Scores (S, n_actions) and a function that takes their gradient; it may be called once per call of this."""
        on_device = self.ops.asarray(ids)
        states, hidden = self._states(ids, on_device)

        def backprop(d_scores: np.ndarray) -> None:
            d_output = self.ops.asarray(d_scores)
            if self._unseen:
                d_output[:, self._unseen] = 0
            d_states = self._backprop_output(d_output, states, hidden, on_device)
            self._slots.backprop(d_states, on_device, self._gathered())

        return self._output(hidden, None), backprop

    def finish(self) -> Any:
        """Pass the gathered gradient on to the token vectors' source: once, after all of `begin_update`."""
        if self._backprop_vectors is None:
            raise ValueError(
                "TransitionScores.finish: these scores were made for prediction, not for training"
            )
        return self._backprop_vectors(self._gathered())

    def _states(self, ids: np.ndarray, on_device: Array) -> tuple[Array, Array]:
        """States and what is left of them after activation; reuses the outside states that were scored before."""
        if self._outside is None or not np.array_equal(ids[:, 0], np.arange(self.n_tokens)):
            states = self._slots.sum(on_device)
            return states, self._activate(states, on_device[:, 0])
        states, hidden = self._outside
        self._outside = None
        rows = self.ops.asarray(np.flatnonzero((ids[:, 1:] >= 0).any(axis=1)))
        if len(rows):
            changed = self._slots.sum(on_device[rows])
            states[rows] = changed
            hidden[rows] = self._activate(changed, on_device[rows, 0])
        return states, hidden

    def _activate(self, states: Array, tokens: Any = None) -> Array:
        """tokens: those in slot 0, whose dropout it is; there is none in prediction."""
        if self._pieces > 1:
            hidden = maxout(self.ops, states, self._pieces)
        elif not self._rectified:
            return states
        else:
            hidden = self.ops.xp.maximum(states, 0)
        if self._mask is not None:
            hidden *= self._mask[tokens]
        return hidden

    def _output(self, hidden: Array, actions: np.ndarray | None) -> np.ndarray:
        if self._upper is None:
            scores = hidden.copy() if actions is None else hidden[:, self.ops.asarray(actions)]
        else:
            W, b = read(self._upper, "W"), read(self._upper, "b")
            if actions is not None:
                columns = self.ops.asarray(actions)
                W, b = W[columns], b[columns]
            scores = self.ops.gemm(hidden, W, trans2=True)
            scores += b
        return self._with_unseen(scores, actions)

    def _with_unseen(self, scores: Array, actions: np.ndarray | None) -> np.ndarray:
        """Scores as an array of numpy, with the lowest one for unseen actions."""
        result: np.ndarray = self.ops.to_numpy(scores)
        if self._unseen:
            unseen = self._unseen if actions is None else np.flatnonzero(np.isin(actions, self._unseen))
            result[:, unseen] = np.finfo(result.dtype).min
        return result

    def _backprop_output(self, d_output: Array, states: Array, hidden: Array, ids: Array) -> Array:
        """The gradient of the states; adds to those of the upper layer."""
        best, d_hidden = hidden, d_output
        if self._upper is not None:
            self._upper.inc_grad("W", self.ops.gemm(d_output, hidden, trans1=True))
            self._upper.inc_grad("b", d_output.sum(axis=0))
            d_hidden = self.ops.gemm(d_output, read(self._upper, "W"))
            if self._mask is not None:
                d_hidden *= self._mask if len(ids) == self.n_tokens else self._mask[ids[:, 0]]
                best = maxout(self.ops, states, self._pieces)
        if self._pieces == 1:
            return d_hidden if self._upper is None else d_hidden * (states > 0)
        width = best.shape[1]
        d_states = self.ops.xp.empty_like(states)
        for piece, wins in enumerate(maxout_winners(self.ops, states, best, self._pieces)):
            self.ops.xp.multiply(d_hidden, wins, out=d_states[:, piece * width : (piece + 1) * width])
        return d_states
