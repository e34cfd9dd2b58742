"""Masked word types: say which word was there, among the words of the batch, and what its ending and its shape were."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any

import numpy as np
from thinc.api import Linear, Maxout, Model

from kernel.config.ranges import Fraction, NonEmpty, PositiveInt
from kernel.errors import ConfigError
from kernel.numeric.server import gradient, read, versioned
from kernel.vocab import Vocab
from kernel.vocab.attrs import NAMES, STRINGS, intify
from kernel_pretraining.cloze import SHARE, Head, Words, cloze

Array = Any
_SEED = 77


def make_types_objective(
    attrs: Annotated[Sequence[str], NonEmpty] = ("NORM", "SUFFIX", "SHAPE"),
    share: Fraction = SHARE,
    maxout_pieces: PositiveInt = 3,
    hidden_size: PositiveInt = 300,
    width: PositiveInt = 96,
    rows: PositiveInt = 20000,
) -> Callable[[Vocab, Model[Any, Any]], Model[Any, Any]]:
    """Predict attributes of masked words: each by a softmax over the values in the batch, which have vectors of their own.

    attrs: what is predicted, each value by itself. Of a word that is rare, the ending and the shape tell more than the word. share: of
    the words, how many are masked. maxout_pieces, hidden_size: of the layer between the token vectors and the outputs. width,
    rows: of the table of output vectors of each attribute; a value's vector is the sum of four rows, which its number chooses. The
    loss of a word is the sum of those of its attributes.
    """
    numbers = [_attribute(attr) for attr in attrs]

    def create(vocab: Vocab, encoder: Model[Any, Any]) -> Model[Any, Any]:
        head = types_head(numbers, hidden_size, maxout_pieces, width, rows)
        return cloze(encoder, head, share=share)

    return create


def _attribute(name: str) -> int:
    """The number of an attribute that is a text which the word form decides. ConfigError for another."""
    number = intify(name)
    if number not in STRINGS:
        known = ", ".join(sorted(NAMES[each] for each in STRINGS))
        raise ConfigError(
            f"attrs: {name} is no text that a word form decides",
            hint=f"These are: {known}.",
        )
    return number


def types_head(attrs: Sequence[int], hidden_size: int, maxout_pieces: int, width: int, rows: int) -> Head:
    """A hidden layer with an output for each attribute; their losses are added up."""
    hidden = Maxout(hidden_size, nP=maxout_pieces, normalize=True)
    outputs = [_output(attr, hidden_size, width, rows) for attr in attrs]
    return Model("types_head", _forward, init=_init, layers=[hidden, *outputs])


def _init(model: Head, X: tuple[Array, Words] | None = None, Y: Any = None) -> None:
    hidden, *outputs = model.layers
    hidden.initialize(X=None if X is None else X[0])
    for output in outputs:
        output.initialize()


def _forward(
    model: Head, inputs: tuple[Array, Words], is_train: bool
) -> tuple[Array, Callable[[Array], Array]]:
    vectors, words = inputs
    layer, *outputs = model.layers
    hidden, backprop_hidden = layer(vectors, is_train)
    losses = model.ops.xp.zeros(len(hidden), dtype=hidden.dtype)
    backprops = []
    for output in outputs:
        own, backprop_output = output((hidden, words), is_train)
        losses += own
        backprops.append(backprop_output)

    def backprop(d_losses: Array) -> Array:
        return backprop_hidden(sum(backprop_output(d_losses) for backprop_output in backprops))

    return losses, backprop


def _output(attr: int, hidden_size: int, width: int, rows: int) -> Head:
    """The output for one attribute. Its table begins with zeros: all values are as likely as they are frequent.

    The softmax is sampled (Jean et al. 2015): its classes are the values in the batch, which frequent ones are likelier to be
    among, so that the logarithm of their share of the batch is taken from their scores.
    """
    return versioned(
        Model(
            "type_output",
            _forward_output,
            init=_init_output,
            layers=[Linear(width, hidden_size)],
            dims={"nO": width, "nV": rows},
            params={"E": None},
            attrs={"attr": attr},
        )
    )


def _init_output(model: Head, X: Any = None, Y: Any = None) -> None:
    model.layers[0].initialize()
    model.set_param("E", model.ops.alloc2f(model.get_dim("nV"), model.get_dim("nO")))


def _forward_output(
    model: Head, inputs: tuple[Array, Words], is_train: bool
) -> tuple[Array, Callable[[Array], Array]]:
    hidden, words = inputs
    ops, E = model.ops, read(model, "E")
    values, place, counts = np.unique(
        words.table.column(model.attrs["attr"])[words.rows], return_inverse=True, return_counts=True
    )
    targets = ops.asarray(place[words.places].astype("int64"))
    shares = ops.asarray(np.log(counts / len(words.rows)).astype("float32"))
    keys = ops.as_contig((ops.hash(ops.asarray(values), _SEED) % E.shape[0]).T.astype("int32"))
    table = ops.xp.take(E, keys[0], axis=0)
    for others in keys[1:]:
        table += ops.xp.take(E, others, axis=0)
    projected, backprop_projection = model.layers[0](hidden, is_train)
    scores = projected @ table.T
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
        d_table = ops.as_contig(d_scores.T @ projected)
        dE = gradient(model, "E")
        for chosen in keys:
            ops.scatter_add(dE, chosen, d_table)
        return backprop_projection(d_scores @ table)

    return losses, backprop
