"""Text classifiers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from thinc.api import Model

from kernel.errors import Unsupported
from kernel_spacy.weights.layers import (
    SAME,
    Array,
    Counterpart,
    Form,
    Layer,
    Weight,
    affine,
    around,
    block,
    chain,
    dropout,
    layer_norm,
    maxout,
    plain,
    side_by_side,
    sizes,
    with_array,
)
from kernel_spacy.weights.nodes import SavedNode
from kernel_spacy.weights.tagger import softmax
from kernel_spacy.weights.tok2vec import column, padding, window_layer

_ORTH = 65


def _outputs(model: Model[Any, Any], node: Model[Any, Any]) -> Callable[[SavedNode], None]:
    """Let a model know its number of outputs when its last layer does."""

    def taken(_: SavedNode) -> None:
        model.set_dim("nO", node.get_dim("nO"), force=True)

    return taken


def _all_taken(*functions: Callable[[SavedNode], None] | None) -> Callable[[SavedNode], None]:
    def taken(node: SavedNode) -> None:
        for function in functions:
            if function is not None:
                function(node)

    return taken


def _bow(model: Model[Any, Any], of: Counterpart) -> Layer:
    ngrams, linear, *activation = model.layers
    resizable = "resize_output" in model.attrs
    sparse = _sparse_linear(linear)
    last = around("resizable", sparse) if resizable else sparse
    extract = plain("extract_ngrams", ngram_size=ngrams.attrs["ngram_size"], attr=_ORTH)
    extract.checked = frozenset({"ngram_size"})
    sums = around("with_cpu", chain(extract, last))
    made = chain(sums, around("with_cpu", plain(activation[0].name))) if activation else sums
    made.attrs = {"multi_label": model.attrs["multi_label"]}
    made.refs = {"output_layer": last}
    made.taken = _outputs(model, linear)
    return made


def _sparse_linear(linear: Model[Any, Any]) -> Layer:
    """W (nO * length) and b (nO,)."""
    shared = linear.name == "shared_linear"
    form, axes = (_shared(linear), ("",)) if shared else (_rows(linear), ("length", "nO"))
    # The bias comes first: it says how many classes there are.
    weights = [Weight("b", linear, SAME, ("nO",)), Weight("W", linear, form, axes)]
    return Layer(
        "sparse_linear",
        weights=weights,
        dims=sizes(linear, "nO", "length"),
        attrs={"v1_indexing": shared},
        checked=frozenset({"v1_indexing"}),
    )


def _rows(linear: Model[Any, Any]) -> Form:
    """A row for each class there, and one for each bucket here."""
    length = linear.get_dim("length")

    def take(array: Array) -> Array:
        return array.reshape(-1, length).T

    def give(array: Array) -> Array:
        return np.ascontiguousarray(array.T).reshape(-1)

    return Form(take, give)


def _shared(linear: Model[Any, Any]) -> Form:
    """All but the first weights are never looked at: the class is added to the bucket."""
    length = linear.get_dim("length")

    def take(array: Array) -> Array:
        if array.ndim != 1 or not len(array) or len(array) % length:
            raise ValueError(f"it should have {length} numbers for each class")
        return array[: length + len(array) // length - 1]

    def give(array: Array) -> Array:
        whole = np.zeros(length * (len(array) - length + 1), dtype=array.dtype)
        whole[: len(array)] = array
        return whole

    return Form(take, give)


def _classify(model: Model[Any, Any], *, resizable: bool) -> tuple[list[Layer], Layer]:
    """The layers at the end, and the one that is `output_layer`."""
    node = model.get_ref("output_layer")
    if node.name == "softmax":
        own = softmax(node)
        last = around("resizable", own) if resizable else own
        return [last], last
    own = affine("linear", node)
    last = around("resizable", own) if resizable else own
    return [last, plain("logistic")], last


def _reduce(model: Model[Any, Any], of: Counterpart) -> Layer:
    tok2vec, pool, classify = model.layers
    vectors = of(tok2vec)
    reductions = [plain(f"reduce_{name}") for name in pool.attrs["reductions"]]
    resizable = "resize_output" in model.attrs
    if len(reductions) == 1:
        pooled = chain(chain(vectors, plain("list2ragged")), reductions[0])
    else:
        pooled = chain(chain(vectors, plain("list2ragged")), side_by_side(*reductions))
    ends, last = _classify(classify, resizable=resizable)
    made = pooled
    for end in ends:
        made = chain(made, end)
    made.attrs = {"multi_label": model.attrs["multi_label"]}
    made.refs = {"output_layer": last, "tok2vec": vectors}
    made.taken = _all_taken(_outputs(classify, classify.get_ref("output_layer")), _outputs(model, classify))
    return made


def _pooled(vectors: Layer, attention: Model[Any, Any]) -> tuple[Layer, Layer]:
    """Token vectors, weighed by attention and added up; and the attention."""
    weigh = Layer("para-attn", weights=[Weight("Q", attention, SAME, ("nO",))], dims=sizes(attention, "nO"))
    if attention.layers:
        keys = affine("gelu", attention.layers[0])
        weigh.layers, weigh.refs = [keys], {"key_transform": keys}
    ragged = chain(vectors, plain("list2ragged"))
    return chain(chain(ragged, weigh), plain("reduce_sum")), weigh


def _hidden(layers: Sequence[Model[Any, Any]]) -> tuple[Layer, Layer, Layer]:
    """A residual maxout with layer norm and dropout; the maxout and what follows it."""
    wide, norm = maxout(layers[0]), layer_norm(layers[1])
    both = chain(wide, norm)
    return around("residual", chain(both, dropout())), both, norm


def _ensemble(model: Model[Any, Any], of: Counterpart) -> Layer:
    linear_model, tok2vec, attention, wide, norm, _, classify = model.layers
    vectors = of(tok2vec)
    pooled, weigh = _pooled(vectors, attention)
    hidden, both, normed = _hidden([wide, norm])
    features = side_by_side(of(linear_model), chain(pooled, hidden))
    ends, last = _classify(classify, resizable=False)
    end = ends[0] if len(ends) == 1 else chain(*ends)
    made = chain(features, end)
    made.attrs = {"multi_label": model.attrs["multi_label"]}
    made.refs = {
        "tok2vec": vectors,
        "attention_layer": weigh,
        "maxout_layer": both,
        "norm_layer": normed,
        "output_layer": last if len(ends) == 1 else end,
    }
    made.taken = _all_taken(_outputs(classify, classify.get_ref("output_layer")), _outputs(model, classify))
    return made


def _parametric_attention(model: Model[Any, Any], of: Counterpart) -> Layer:
    tok2vec, attention, wide, norm, _, classify = model.layers
    vectors = of(tok2vec)
    pooled, weigh = _pooled(vectors, attention)
    hidden, both, normed = _hidden([wide, norm])
    features = chain(pooled, hidden)
    features.refs = {
        "tok2vec": vectors,
        "attention_layer": weigh,
        "key_transform": weigh.layers[0],
        "nonlinear_layer": both,
        "norm_layer": normed,
    }
    ends, last = _classify(classify, resizable=False)
    end = ends[0] if len(ends) == 1 else chain(*ends)
    made = chain(features, end)
    made.refs = {"output_layer": last if len(ends) == 1 else end}
    made.taken = _all_taken(_outputs(classify, classify.get_ref("output_layer")), _outputs(model, classify))
    return made


def _low_data(model: Model[Any, Any], of: Counterpart) -> Layer:
    vectors, attention, first, second, output, *rest = model.layers
    pooled, _ = _pooled(of(vectors), attention)
    relus = [around("residual", affine("relu", node)) for node in (first, second)]
    last = affine("linear", output)
    made = chain(chain(pooled, chain(*relus)), last)
    for node in rest:
        made = chain(
            made, dropout(node.attrs["dropout_rate"]) if node.name == "dropout" else plain("logistic")
        )
    made.taken = _outputs(model, output)
    return made


def _ensemble_v1(model: Model[Any, Any], of: Counterpart) -> Layer:
    linear_model, tok2vec, attention, wide, scored, classify = model.layers
    vectors = _ensemble_vectors(tok2vec)
    pooled, _ = _pooled(vectors, attention)
    neural = chain(chain(pooled, around("residual", maxout(wide))), affine("linear", scored))
    features = side_by_side(of(linear_model), chain(neural, dropout()))
    last = classify.get_ref("output_layer")
    if last.name == "softmax":
        output = end = softmax(last)
    else:
        output = affine("linear", last)
        end = chain(chain(output, dropout()), plain("logistic"))
    made = chain(features, end)
    made.attrs = {"multi_label": model.attrs["multi_label"]}
    made.refs = {"tok2vec": vectors, "output_layer": output}
    made.taken = _all_taken(_outputs(classify, last), _outputs(model, classify))
    return made


def _described(hidden: Model[Any, Any]) -> tuple[Layer, Layer]:
    """A maxout of thinc's, with its layer norm."""
    wide, norm = hidden.layers[:2]
    return maxout(wide), layer_norm(norm)


# What their first ensemble extracts: the form first, by which words are told apart, then what is embedded, and the number.
_COLUMNS = [65, 66, 69, 70, 68, 64]


def _ensemble_vectors(tok2vec: Model[Any, Any]) -> Layer:
    """Token vectors of their first ensemble, in which nothing can drop out but in the tables."""
    embed, mix, encode = tok2vec.layers
    if embed.name != "multi_hash_embed":
        raise Unsupported("TextCatEnsemble.v1 with pretrained_vectors can't be trained by spaCy")
    *tables, mixer = embed.layers
    hashed = side_by_side(*(column(table, place) for place, table in enumerate(tables, 1)))
    uniqued = around("uniqued", chain(hashed, block(mixer, with_dropout=False)))
    uniqued.attrs = {"column": 0}
    embedded = chain(plain("extract_features", columns=_COLUMNS), with_array(uniqued))
    window, depth = encode.attrs["window_size"], len(encode.layers)
    layers = [window_layer(node, window, with_dropout=False) for node in encode.layers]
    mixed = chain(*_described(mix.layers[0]))
    inner = chain(mixed, layers[0] if depth == 1 else chain(*layers)) if depth else mixed
    encoded = with_array(inner, window * depth)
    encoded.taken = padding(encode)
    return chain(embedded, encoded)


TABLE: dict[str, Callable[[Model[Any, Any], Counterpart], Layer]] = {
    "textcat_bow": _bow,
    "textcat_reduce": _reduce,
    "textcat_ensemble": _ensemble,
    "textcat_ensemble_v1": _ensemble_v1,
    "textcat_parametric_attention": _parametric_attention,
    "textcat_low_data": _low_data,
}
