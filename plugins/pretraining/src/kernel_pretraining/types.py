"""Masked word types: say which word was there, among the words of the batch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from thinc.api import Linear, Maxout, Model, chain

from kernel.config.ranges import PositiveInt
from kernel.numeric.server import gradient, read, versioned
from kernel.vocab import Vocab
from kernel.vocab.attrs import intify
from kernel_pretraining.cloze import Head, Words, cloze

Array = Any
_SEED = 77


def make_types_objective(
    maxout_pieces: PositiveInt = 3,
    hidden_size: PositiveInt = 300,
    rows: PositiveInt = 20000,
    attr: str = "NORM",
) -> Callable[[Vocab, Model[Any, Any]], Model[Any, Any]]:
    """Predict the types of masked words by a softmax over those of the batch, each of which has a vector of its own.

    maxout_pieces, hidden_size: of the layer between the token vectors and the output. rows: of the table of output vectors; a
    type's vector is the sum of four rows, which its number chooses. attr: what makes two words the same type.
    """
    number = intify(attr)

    def create(vocab: Vocab, encoder: Model[Any, Any]) -> Model[Any, Any]:
        return cloze(encoder, type_head(hidden_size, maxout_pieces, rows, number))

    return create


def type_head(hidden_size: int, maxout_pieces: int, rows: int, attr: int) -> Head:
    """The output layer. Its table begins with zeros: all types are as likely as they are frequent.

    The softmax is sampled (Jean et al. 2015): its types are those of the batch, which frequent ones are likelier to be among,
    so that the logarithm of their share of the batch is taken from their scores.
    """
    hidden = chain(Maxout(hidden_size, nP=maxout_pieces, normalize=True), Linear(hidden_size, hidden_size))
    return versioned(
        Model(
            "type_head",
            _forward,
            init=_init,
            layers=[hidden],
            dims={"nO": hidden_size, "nV": rows},
            params={"E": None},
            attrs={"attr": attr},
        )
    )


def _init(model: Head, X: tuple[Array, Words] | None = None, Y: Any = None) -> None:
    model.layers[0].initialize(X=None if X is None else X[0])
    model.set_param("E", model.ops.alloc2f(model.get_dim("nV"), model.get_dim("nO")))


def _forward(
    model: Head, inputs: tuple[Array, Words], is_train: bool
) -> tuple[Array, Callable[[Array], Array]]:
    vectors, words = inputs
    ops, E = model.ops, read(model, "E")
    types, place, counts = np.unique(
        words.table.column(model.attrs["attr"])[words.rows], return_inverse=True, return_counts=True
    )
    targets = ops.asarray(place[words.places].astype("int64"))
    shares = ops.asarray(np.log(counts / len(words.rows)).astype("float32"))
    hidden, backprop_hidden = model.layers[0](vectors, is_train)
    keys = ops.as_contig((ops.hash(ops.asarray(types), _SEED) % E.shape[0]).T.astype("int32"))
    table = ops.xp.take(E, keys[0], axis=0)
    for others in keys[1:]:
        table += ops.xp.take(E, others, axis=0)
    scores = hidden @ table.T
    scores -= shares
    scores -= scores.max(axis=1, keepdims=True)
    numbers = ops.xp.arange(len(targets))
    right = scores[numbers, targets]
    guesses = ops.xp.exp(scores, out=scores)
    sums = guesses.sum(axis=1, keepdims=True)
    guesses /= sums
    losses = ops.xp.log(sums[:, 0]) - right

    def backprop(d_losses: Array) -> Array:
        d_scores = guesses * d_losses[:, None]
        d_scores[numbers, targets] -= d_losses
        d_table = ops.as_contig(d_scores.T @ hidden)
        dE = gradient(model, "E")
        for chosen in keys:
            ops.scatter_add(dE, chosen, d_table)
        return backprop_hidden(d_scores @ table)

    return losses, backprop
