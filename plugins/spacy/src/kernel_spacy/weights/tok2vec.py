"""Token vectors: embeddings, encoders, and listeners."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from thinc.api import Model

from kernel_spacy.weights import transformer
from kernel_spacy.weights.layers import (
    SAME,
    Counterpart,
    Layer,
    Weight,
    around,
    block,
    chain,
    columns,
    plain,
    side_by_side,
    sizes,
    with_array,
)
from kernel_spacy.weights.nodes import SavedNode


def _multi_hash_embed(model: Model[Any, Any], of: Counterpart) -> Layer:
    *parts, mixer = model.layers
    tables = [part for part in parts if part.name == "hashembed"]
    embed = with_array(side_by_side(*(column(table, place) for place, table in enumerate(tables))))
    features = [_features(model), plain("list2ragged"), embed]
    static = [_static_vectors(part, of) for part in parts if part.name == "static_vectors"]
    if static:
        features = [side_by_side(chain(*features), *static)]
    return chain(*features, with_array(block(mixer)), plain("ragged2list"))


def _character_embed(model: Model[Any, Any], of: Counterpart) -> Layer:
    characters, table, *static, mixer = model.layers
    embedded = Layer(
        "charembed",
        weights=[Weight("E", characters, SAME, ("nC", "nV", "nM"))],
        dims=sizes(characters, "nM", "nC", "nO", "nV"),
    )
    parts = [
        chain(embedded, plain("list2ragged")),
        chain(_features(model), plain("list2ragged"), with_array(column(table, 0))),
        *(_static_vectors(part, of) for part in static),
    ]
    return chain(side_by_side(*parts), with_array(block(mixer)), plain("ragged2list"))


def _features(model: Model[Any, Any]) -> Layer:
    return columns(model.attrs["columns"])


def column(table: Model[Any, Any], place: int) -> Layer:
    """The embedding of one column of features."""
    attrs = {"column": place, "seed": table.attrs["seed"]}
    if "dropout_rate" in table.attrs:
        attrs["dropout_rate"] = table.attrs["dropout_rate"]
    hashed = Layer(
        "hashembed",
        weights=[Weight("E", table, SAME, ("nV", "nO"))],
        dims={**sizes(table, "nO", "nV"), "nI": None},
        attrs=attrs,
        checked=frozenset({"seed"}),
    )
    made = chain(plain("ints-getitem"), hashed)
    made.attrs = {"column": place}
    return made


def _static_vectors(model: Model[Any, Any], of: Counterpart) -> Layer:
    attrs = {"key_attr": model.attrs["key_attr"], "dropout_rate": model.attrs["dropout_rate"]}
    return Layer(
        "static_vectors",
        weights=[Weight("W", model, SAME, ("nO", "nM"))],
        dims=sizes(model, "nO", "nM"),
        attrs={name: value for name, value in attrs.items() if value is not None},
    )


def _window_encoder(model: Model[Any, Any], of: Counterpart) -> Layer:
    window, depth = model.attrs["window_size"], len(model.layers)
    layers = [window_layer(node, window) for node in model.layers]
    inner = layers[0] if depth == 1 else chain(*layers) if depth else plain("noop")
    # The one with mish has no rows between documents there, which then see each other: we have nothing like that.
    made = with_array(inner, window * depth if model.name == "maxout_window_encoder" else 0)
    made.taken = padding(model)
    return made


def padding(encoder: Model[Any, Any]) -> Callable[[SavedNode], None]:
    """Let an encoder have rows between documents if the layer around theirs has them."""

    def taken(node: SavedNode) -> None:
        if node.attrs.get("pad"):
            encoder.attrs["padded"] = True

    return taken


def window_layer(node: Model[Any, Any], window: int, *, with_dropout: bool = True) -> Layer:
    expand = Layer("expand_window", attrs={"window_size": window}, checked=frozenset({"window_size"}))
    return around("residual", chain(expand, block(node, with_dropout=with_dropout)))


def _one_array(model: Model[Any, Any], of: Counterpart) -> Layer:
    return of(model.layers[0])


def _listener(model: Model[Any, Any], of: Counterpart) -> Layer:
    if model.layers:
        return transformer.listener(model, of)
    return Layer("tok2vec-listener", dims=sizes(model, "nO"))


TABLE: dict[str, Callable[[Model[Any, Any], Counterpart], Layer]] = {
    "multi_hash_embed": _multi_hash_embed,
    "character_embed": _character_embed,
    "static_vectors": _static_vectors,
    "maxout_window_encoder": _window_encoder,
    "mish_window_encoder": _window_encoder,
    "one_array": _one_array,
    "listener": _listener,
}
