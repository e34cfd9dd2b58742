"""What the versions of the architecture have in common: contexts to vectors that can be compared with those of entities."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from thinc.api import Linear, Maxout, Model, Ragged, residual

from kernel.tokens import Doc
from kernel_architectures.entity_linker.contexts import ContextMean

Contexts = Callable[[Model[Any, Any], Sequence[Doc]], Sequence[Sequence[tuple[int, int]]]]


def entity_linker(
    name: str, tok2vec: Model[list[Doc], Any], nO: int | None, contexts: Contexts
) -> Model[Any, Any]:
    """Mean of the token vectors of each context, a residual Maxout layer of two pieces, and a linear layer: (C, nO).

    name: of the model. contexts: where the contexts of documents lie, each (first token, token after the last), if the input doesn't say so. Input:
    documents, or a tuple of documents and a Ragged of int (C, 2) with the contexts of each. Equal contexts are computed once. Weights of
    spaCy come with the attribute `contexts_alone`: the component then gives each context as a document of its own.
    Refs: tok2vec, output_layer.
    """
    output: Model[Any, Any] = Linear(nO)
    return Model(
        name,
        _forward,
        init=_init,
        layers=[tok2vec, ContextMean(), residual(Maxout(nP=2, dropout=0.0)), output],
        dims={"nO": nO},
        refs={"tok2vec": tok2vec, "output_layer": output},
        attrs={"contexts": contexts, "takes_contexts": True, "n_sents": 0},
    )


def _init(model: Model[Any, Any], X: Any = None, Y: Any = None) -> None:
    # Of weights that were trained by spaCy.
    model.attrs.pop("contexts_alone", None)
    tok2vec, _, hidden, output = model.layers
    tok2vec.initialize(X[0] if isinstance(X, tuple) else X)
    width = tok2vec.get_dim("nO")
    row = model.ops.alloc2f(1, width)
    hidden.initialize(row, row)
    output.initialize(row, Y if output.has_dim("nO") is None else None)
    model.set_dim("nO", output.get_dim("nO"))


def _forward(model: Model[Any, Any], X: Any, is_train: bool) -> tuple[Any, Callable[[Any], Any]]:
    tok2vec, mean, hidden, output = model.layers
    docs, ranges = _read(model, X)
    ops = model.ops
    vectors, bp_vectors = tok2vec(docs, is_train)
    lengths = np.fromiter(map(len, docs), dtype=np.int64, count=len(docs))
    flat = ops.flatten(vectors)
    if not len(ranges):
        return ops.alloc2f(0, model.get_dim("nO")), lambda d_output: bp_vectors(
            ops.unflatten(ops.xp.zeros(flat.shape, dtype=flat.dtype), lengths)
        )
    distinct, place = np.unique(ranges, axis=0, return_inverse=True)
    place = ops.asarray(place.reshape(-1))
    means, bp_means = mean((flat, distinct), is_train)
    mixed, bp_mixed = hidden(means, is_train)
    encodings, bp_encodings = output(mixed, is_train)

    def backprop(d_output: Any) -> Any:
        d_distinct = ops.xp.zeros(encodings.shape, dtype=d_output.dtype)
        ops.scatter_add(d_distinct, place, d_output)
        d_flat = bp_means(bp_mixed(bp_encodings(d_distinct)))
        return bp_vectors(ops.unflatten(d_flat, lengths))

    return encodings[place], backprop


def _read(model: Model[Any, Any], X: Any) -> tuple[Sequence[Doc], NDArray[np.int64]]:
    """The documents, and the contexts counted over all of their tokens, (C, 2)."""
    if isinstance(X, tuple):
        docs, given = X
        assert isinstance(given, Ragged)
        own = model.ops.to_numpy(given.dataXd).reshape(-1, 2)
        counts = model.ops.to_numpy(given.lengths)
    else:
        docs = X
        parts = model.attrs["contexts"](model, docs)
        own = np.array([each for part in parts for each in part]).reshape(-1, 2)
        counts = np.fromiter(map(len, parts), dtype=np.int64, count=len(parts))
    starts = np.cumsum([0, *map(len, docs)])[:-1]
    return docs, own.astype(np.int64) + np.repeat(starts, counts)[:, None]
