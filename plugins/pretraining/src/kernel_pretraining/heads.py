"""Output layers of masked words: a hidden layer, and a loss that knows the words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from thinc.api import Maxout, Model

from kernel_pretraining.cloze import Head, Words

Array = Any
Loss = Callable[[Any, Array, Words], tuple[Array, Array]]
"""numpy or cupy, what was guessed (M, nO) and the words -> the loss of each (M,), and its gradient (M, nO)."""


def head(hidden_size: int, maxout_pieces: int, output: Model[Array, Array], loss: Loss) -> Head:
    """A maxout layer with layer norm, an output layer, and the loss of its guesses."""
    hidden = Maxout(hidden_size, nP=maxout_pieces, normalize=True)
    return Model("head", _forward, init=_init, layers=[hidden, output], attrs={"loss": loss})


def _init(model: Head, X: tuple[Array, Words] | None = None, Y: Any = None) -> None:
    hidden, output = model.layers
    vectors = None if X is None else X[0]
    hidden.initialize(X=vectors)
    output.initialize(X=None if vectors is None else hidden.predict(vectors))


def _forward(
    model: Head, inputs: tuple[Array, Words], is_train: bool
) -> tuple[Array, Callable[[Array], Array]]:
    hidden, output = model.layers
    vectors, words = inputs
    between, backprop_hidden = hidden(vectors, is_train)
    guesses, backprop_output = output(between, is_train)
    losses, gradient = model.attrs["loss"](model.ops.xp, guesses, words)

    def backprop(d_losses: Array) -> Array:
        return backprop_hidden(backprop_output(gradient * d_losses[:, None]))

    return losses, backprop
