"""Any embedding of words, run once for each distinct word form of a batch in the place of once for each token."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from thinc.api import Model
from thinc.types import Floats2d, Ragged

from kernel.errors import UsageError
from kernel.tokens import Doc
from kernel.tokens.batch import batch_rows
from kernel.tokens.features import distinct_rows
from kernel.vocab.attrs import LEXICAL, NAMES

Array = Any


def per_word_form(layer: Model[list[Any], Any]) -> Model[list[Any], list[Floats2d]]:
    """Embed each distinct word form of a batch once: Docs to one array (tokens, width) each.

    layer: from Docs to the vectors of their tokens, as one array (tokens, width) for all, an array for each Doc, or a
        Ragged. A token's vector may depend on its word form (form and norm) alone, not on its neighbours or on what was
        annotated. Its dropout, if it has any, is drawn for forms, not for tokens.

    Raises UsageError if the layer reads attributes that the word form doesn't decide.
    """
    for node in layer.walk():
        if node.name == "extract_features":
            _check_lexical(node.attrs["columns"])
    return Model(
        "per_word_form", _forward, init=_init, layers=[layer], dims={"nO": layer.maybe_get_dim("nO")}
    )


def _check_lexical(columns: Sequence[int]) -> None:
    others = [NAMES.get(column, str(column)) for column in columns if column not in LEXICAL]
    if others:
        raise UsageError(
            f"per_word_form: the word form doesn't decide {', '.join(others)}",
            hint="Use attributes such as ORTH, NORM, LOWER, SHAPE, PREFIX and SUFFIX, or the layer without per_word_form.",
        )


def _init(model: Model[Any, Any], X: Any = None, Y: Any = None) -> None:
    layer = model.layers[0]
    layer.initialize(X=X)
    if layer.has_dim("nO"):
        model.set_dim("nO", layer.get_dim("nO"))
    elif X is not None and any(map(len, X)):
        model.set_dim("nO", _one_array(model.ops, layer.predict(X))[0].shape[1])


def _forward(
    model: Model[Any, Any], docs: Sequence[Any], is_train: bool
) -> tuple[list[Array], Callable[[list[Array]], list[Any]]]:
    ops, layer = model.ops, model.layers[0]
    table, rows = batch_rows(docs)
    if table is None or not len(rows):
        # Rows of several generations have no common meaning; a batch without tokens has no forms.
        return _each_token(model, docs, is_train)
    chosen, inverse = distinct_rows(rows, len(table))
    forms = Doc.from_rows(docs[0].vocab, table, chosen, np.ones(len(chosen), dtype=bool), None)
    output, backprop_layer = layer([forms], is_train)
    per_form, pack = _one_array(ops, output)
    places = ops.as_contig(ops.asarray(inverse, dtype="int32"))

    def backprop(dYs: list[Array]) -> list[Any]:
        flat = ops.as_contig(ops.flatten(dYs))
        d_forms = ops.xp.zeros(per_form.shape, dtype=flat.dtype)
        ops.scatter_add(d_forms, places, flat)
        backprop_layer(pack(d_forms))
        return []

    vectors = ops.xp.take(per_form, places, axis=0)
    return ops.unflatten(vectors, [len(doc) for doc in docs]), backprop


def _each_token(
    model: Model[Any, Any], docs: Sequence[Any], is_train: bool
) -> tuple[list[Array], Callable[[list[Array]], list[Any]]]:
    ops = model.ops
    lengths = [len(doc) for doc in docs]
    if not sum(lengths):
        return [ops.xp.zeros((0, model.get_dim("nO")), dtype="float32") for _ in docs], lambda dYs: []
    output, backprop_layer = model.layers[0](docs, is_train)
    vectors, pack = _one_array(ops, output)

    def backprop(dYs: list[Array]) -> list[Any]:
        backprop_layer(pack(ops.flatten(dYs)))
        return []

    return ops.unflatten(vectors, lengths), backprop


def _one_array(ops: Any, output: Any) -> tuple[Array, Callable[[Array], Any]]:
    """The rows of an output as one array, and a function that gives such an array the output's form."""
    if isinstance(output, Ragged):
        return output.dataXd, lambda array: Ragged(array, output.lengths)
    if isinstance(output, list):
        return ops.flatten(output), lambda array: ops.unflatten(array, [len(part) for part in output])
    return output, lambda array: array
