"""Embeddings that depend on the word type only: several of them side by side, mixed by a hidden layer.

In training a batch's distinct types are embedded and mixed once each, then handed out to the tokens. In prediction on
CPU the vectors are kept as long as the weights stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any

from thinc.api import Model

from kernel.numeric import random
from kernel.numeric.ops import KernelOps
from kernel.numeric.server import read, version, versioned
from kernel.tokens.batch import batch_rows
from kernel.tokens.features import lexical, unique_features
from kernel.vocab.attrs import ORTH
from kernel_architectures.tok2vec import dense
from kernel_architectures.tok2vec.embeddings import char_embed, static_vectors
from kernel_architectures.tok2vec.embeddings.type_vectors import Types, TypeVectors
from kernel_architectures.tok2vec.embeddings.word_types import Backprop, WordTypes, embed_hashed

Array = Any
_PIECES = 3


def type_embed(
    name: str, width: int, parts: Sequence[Model[Any, Any]], attrs: Sequence[int]
) -> Model[list[Any], list[Array]]:
    """Build the model: Docs to one array (tokens, width) each.

    parts: nodes named hashembed, charembed or static_vectors, whose outputs lie side by side in this order.
    attrs: the attribute of each hashembed, in order.
    """
    mixer = dense.maxout_block(width, sum(_width(part) for part in parts), _PIECES)
    model: Model[list[Any], list[Array]] = Model(
        name,
        _forward,
        init=_init,
        layers=[*parts, mixer],
        dims={"nO": width},
        attrs={"columns": list(attrs), "type_vectors": TypeVectors(), "embed_types": embed_types},
    )
    return versioned(model)


def _width(part: Model[Any, Any]) -> int:
    return int(part.get_dim("nO"))


def _init(model: Model[Any, Any], X: Any = None, Y: Any = None) -> None:
    for layer in model.layers:
        layer.initialize(X=X) if layer.name == "static_vectors" else layer.initialize()


def _forward(
    model: Model[Any, Any], docs: Sequence[Any], is_train: bool
) -> tuple[list[Array], Callable[[list[Array]], list[Any]]]:
    ops = model.ops
    lengths = [len(doc) for doc in docs]
    if not sum(lengths):
        dtype = read(model.layers[-1].layers[0], "b").dtype
        return [ops.xp.zeros((0, model.get_dim("nO")), dtype=dtype) for _ in docs], _nothing
    attrs = _attributes(model, docs[0].vocab)
    kept = None if is_train else embed_types(model, docs)
    if kept is not None:
        return kept[0], _nothing
    features, inverse = unique_features(docs, attrs)
    types = WordTypes(docs[0].vocab, len(features), {attr: features[:, i] for i, attr in enumerate(attrs)})
    per_type, backprop_types = _embed(model, types, is_train)
    rows = ops.as_contig(ops.asarray(inverse, dtype="int32"))
    output = ops.xp.take(per_type, rows, axis=0)
    mask = dense.dropout_mask(model.layers[-1], output.shape, is_train)
    if mask is not None:
        output *= mask

    def backprop(dYs: list[Array]) -> list[Any]:
        flat = ops.flatten(dYs)
        flat = ops.as_contig(flat) if mask is None else flat * mask
        d_types = ops.xp.zeros(per_type.shape, dtype=flat.dtype)
        ops.scatter_add(d_types, rows, flat)
        backprop_types(d_types)
        return []

    return ops.unflatten(output, lengths), backprop


def _nothing(dYs: list[Array]) -> list[Any]:
    return []


def _attributes(model: Model[Any, Any], vocab: Any) -> list[int]:
    """The columns that the parts read, without doubles."""
    attrs = list(model.attrs["columns"])
    for part in model.layers[:-1]:
        if part.name == "static_vectors":
            attrs.append(static_vectors.key_attribute(vocab))
        elif part.name == "charembed":
            attrs.append(ORTH)
    return list(dict.fromkeys(attrs))


def _embed(model: Model[Any, Any], types: WordTypes, is_train: bool) -> tuple[Array, Callable[[Array], None]]:
    """Vectors of the types (U, width), dropout left out: every token has a mask of its own."""
    *parts, mixer = model.layers
    dtype = read(mixer.layers[0], "W").dtype
    inputs = dense.with_ones(model.ops, types.size, sum(_width(part) for part in parts), dtype)
    attrs = iter(model.attrs["columns"])
    backprops: list[tuple[slice, Backprop]] = []
    start = 0
    for part in parts:
        columns = slice(start, start + _width(part))
        start = columns.stop
        out = inputs[:, columns]
        if part.name == "hashembed":
            backprops.append((columns, embed_hashed(part, types, next(attrs), out, is_train)))
        else:
            backprops.append((columns, _WRITERS[part.name](part, types, out, is_train)))
    vectors, backprop_mixer = dense.transform(mixer, inputs, is_train)

    def backprop(d_vectors: Array) -> None:
        d_inputs = backprop_mixer(d_vectors)
        for columns, backprop_part in backprops:
            backprop_part(d_inputs[:, columns])

    return vectors, backprop


_WRITERS: dict[str, Callable[[Model[Any, Any], WordTypes, Array, bool], Backprop]] = {
    "charembed": char_embed.embed_types,
    "static_vectors": static_vectors.project_types,
}


def embed_types(model: Model[Any, Any], docs: Sequence[Any]) -> tuple[list[Array], Types] | None:
    """What the model predicts, computed for new types only, and the types of the tokens; None if nothing may be kept here."""
    # Not within a step of training: a matrix product may round otherwise for other types beside it, and which vectors are
    # kept from earlier steps differs in a run that is resumed.
    lengths = [len(doc) for doc in docs]
    if not sum(lengths) or not isinstance(model.ops, KernelOps) or random.current_step() is not None:
        return None
    attrs = _attributes(model, docs[0].vocab)
    if not lexical(attrs):
        return None
    table, token_rows = batch_rows(docs)
    state = _state(model, docs[0].vocab, attrs)
    if table is None or state is None:
        return None

    def compute(rows: Array) -> Array:
        columns = {attr: table.column(attr)[rows].astype("uint64") for attr in attrs}
        return _embed(model, WordTypes(docs[0].vocab, len(rows), columns), False)[0]

    kept: TypeVectors = model.attrs["type_vectors"]
    whole = (state, table.version)
    flat = kept.gather(table, token_rows, whole, compute)
    types = Types(table, token_rows, whole, lambda rows: kept.gather(table, rows, whole, compute))
    return model.ops.unflatten(flat, lengths), types


def _state(model: Model[Any, Any], vocab: Any, attrs: list[int]) -> Hashable:
    """What the vectors of types depend on besides the forms, None if it can't be told."""
    *parts, mixer = model.layers
    stamps = version((*parts, *mixer.layers[:2]))
    if stamps is None or not any(part.name == "static_vectors" for part in parts):
        return stamps
    changes = getattr(vocab.vectors, "version", None)
    return None if changes is None else (stamps, changes, *attrs)
