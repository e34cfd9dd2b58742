"""Spans: those that are suggested and classified, and those that are found by their ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from thinc.api import Model

from kernel_spacy.weights.layers import (
    Counterpart,
    Layer,
    affine,
    around,
    block,
    chain,
    plain,
    side_by_side,
    with_array,
)
from kernel_spacy.weights.nodes import SavedNode


def _span_categorizer(model: Model[Any, Any], of: Counterpart) -> Layer:
    tok2vec, reducer, scorer = (of(model.get_ref(name)) for name in ("tok2vec", "reducer", "scorer"))
    vectors = around("with_getitem", chain(tok2vec, plain("list2ragged")), idx=0)
    # It has no dims there, and none is taken by a layer that has none.
    vectors.dims = {}
    made = chain(
        vectors, plain("extract_spans"), reducer, scorer, tok2vec=tok2vec, reducer=reducer, scorer=scorer
    )
    scoring = model.get_ref("scorer")

    def taken(_: SavedNode) -> None:
        model.set_dim("nO", scoring.get_dim("nO"), force=True)

    made.taken = taken
    return made


def _mean_max_reducer(model: Model[Any, Any], of: Counterpart) -> Layer:
    hidden = model.layers[0]
    reductions = [plain(f"reduce_{name}") for name in ("last", "first", "mean", "max")]
    made = chain(side_by_side(*reductions), block(hidden))

    def taken(_: SavedNode) -> None:
        inputs = hidden.layers[0].get_dim("nI")
        hidden.set_dim("nI", inputs, force=True)
        model.set_dim("nI", inputs // len(reductions), force=True)

    made.taken = taken
    return made


def _linear_logistic(model: Model[Any, Any], of: Counterpart) -> Layer:
    linear = model.layers[0]
    made = chain(affine("linear", linear), plain("logistic"))

    def taken(_: SavedNode) -> None:
        for name in model.dim_names:
            model.set_dim(name, linear.get_dim(name), force=True)

    made.taken = taken
    return made


def _span_finder(model: Model[Any, Any], of: Counterpart) -> Layer:
    tok2vec, scorer = (of(model.get_ref(name)) for name in ("tok2vec", "scorer"))
    return chain(tok2vec, with_array(scorer), plain("Flattener"), tok2vec=tok2vec, scorer=scorer)


TABLE: dict[str, Callable[[Model[Any, Any], Counterpart], Layer]] = {
    "span_categorizer": _span_categorizer,
    "mean_max_reducer": _mean_max_reducer,
    "linear>>logistic": _linear_logistic,
    "span_finder": _span_finder,
}
