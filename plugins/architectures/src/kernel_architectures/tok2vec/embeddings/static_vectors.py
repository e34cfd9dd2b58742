"""Pretrained vectors, brought to the model's width by a learned projection; the vectors themselves stay as they are."""

from collections.abc import Callable, Sequence
from typing import Any

from thinc.api import Model, glorot_uniform_init
from thinc.types import Ragged

from kernel.config.ranges import Fraction, PositiveInt
from kernel.errors import DataError, MissingVectors, warn
from kernel.numeric.server import gradient, read, versioned
from kernel.tokens.features import unique_features
from kernel.vocab.attrs import ORTH, intify
from kernel.vocab.vectors import compare_used, remember
from kernel_architectures.tok2vec.embeddings.word_types import Backprop, WordTypes

Array = Any
_HOW = "Load vectors with [initialize] vectors, or leave static vectors out of the model."


def build_static_vectors(
    nO: PositiveInt | None = None,
    nM: PositiveInt | None = None,
    *,
    dropout: Fraction | None = None,
    init_W: Callable[..., Any] = glorot_uniform_init,
    key_attr: str = "ORTH",
) -> Model[list[Any], Ragged]:
    """Look up the vector of each token in the vocab and project it: Docs to a Ragged of (tokens, nO).

    nO: output width. nM: width of the vectors, by default that of the sample Docs' vocab at initialisation.
    dropout: rate of a mask of dimensions shared by the whole batch. init_W: initialiser of the weights W (nO, nM).
    key_attr: no longer of use; the vectors know the attribute that they are looked up by.

    A token without a vector gets zeros.
    """
    if key_attr != "ORTH":
        warn("key_attr of StaticVectors is ignored: the vectors' own attr decides what they are looked up by")
    return versioned(
        Model(
            "static_vectors",
            _forward,
            init=_Init(init_W),
            params={"W": None},
            dims={"nO": nO, "nM": nM},
            attrs={"key_attr": key_attr, "dropout_rate": dropout},
        )
    )


class _Init:
    def __init__(self, init_W: Callable[..., Any]) -> None:
        self.init_W = init_W

    def __call__(self, model: Model[Any, Any], X: Sequence[Any] | None = None, Y: Any = None) -> None:
        if X:
            width = X[0].vocab.vectors.shape[1]
            if not width:
                raise MissingVectors("Static vectors are asked for, but the vocab has no vectors.", hint=_HOW)
            model.set_dim("nM", width)
            remember(model, X[0].vocab.vectors)
        if Y is not None:
            model.set_dim("nO", Y.data.shape[1])
        if not model.has_dim("nM"):
            raise DataError(
                "The width of the static vectors is unknown: initialise with sample Docs.", hint=_HOW
            )
        model.set_param("W", self.init_W(model.ops, (model.get_dim("nO"), model.get_dim("nM"))))


def key_attribute(vocab: Any) -> int:
    """The number of the attribute by which the vectors of a vocab are looked up."""
    return intify(getattr(vocab.vectors, "attr", ORTH))


def project_types(node: Model[Any, Any], types: WordTypes, out: Array, is_train: bool) -> Backprop:
    """Write the projected vectors of each type to `out` (U, nO), zeros for types without a vector."""
    ops, W = node.ops, read(node, "W")
    vectors = types.vocab.vectors
    if not vectors:
        raise DataError(
            f"The model needs static vectors of width {W.shape[1]}, and the vocab has none.",
            hint="Load the pipeline with the vectors that it was trained with, or set nlp.vocab.vectors.",
        )
    if vectors.shape[1] != W.shape[1]:
        raise DataError(
            f"The model was made for static vectors of width {W.shape[1]}, the vocab has vectors of width "
            f"{vectors.shape[1]}.",
            hint="Load the pipeline with the vectors that it was trained with.",
        )
    compare_used(node, vectors)
    keys = types.columns[key_attribute(types.vocab)]
    found = vectors.get_batch(keys)
    if node.attrs.get("unknown_as_last"):
        found[~vectors.has_many(keys)] = vectors.data[-1]
    V = ops.asarray(found).astype(W.dtype, copy=False)
    out[...] = V @ W.T
    rate = node.attrs.get("dropout_rate")
    mask = ops.get_dropout_mask((W.shape[0],), rate) if is_train and rate else None
    if mask is not None:
        out *= mask

    def backprop(d_out: Array) -> None:
        total = gradient(node, "W")
        total += (d_out if mask is None else d_out * mask).T @ V

    return backprop


def _forward(
    model: Model[Any, Any], docs: Sequence[Any], is_train: bool
) -> tuple[Ragged, Callable[[Ragged], list[Any]]]:
    ops, W = model.ops, read(model, "W")
    lengths = ops.asarray1i([len(doc) for doc in docs])
    if not sum(map(len, docs)):
        return Ragged(ops.xp.zeros((0, W.shape[0]), dtype=W.dtype), lengths), lambda dY: []
    vocab = docs[0].vocab
    features, inverse = unique_features(docs, [key_attribute(vocab)])
    types = WordTypes(vocab, len(features), {key_attribute(vocab): features[:, 0]})
    per_type = ops.xp.empty((types.size, W.shape[0]), dtype=W.dtype)
    backprop_types = project_types(model, types, per_type, is_train)
    rows = ops.as_contig(ops.asarray(inverse, dtype="int32"))

    def backprop(dY: Ragged) -> list[Any]:
        d_types = ops.xp.zeros(per_type.shape, dtype=dY.data.dtype)
        ops.scatter_add(d_types, rows, ops.as_contig(dY.data))
        backprop_types(d_types)
        return []

    return Ragged(ops.xp.take(per_type, rows, axis=0), lengths), backprop
