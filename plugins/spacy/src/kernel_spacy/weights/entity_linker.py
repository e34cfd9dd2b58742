"""The entity linker: vectors of contexts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from thinc.api import Model

from kernel_spacy.weights.layers import Counterpart, Layer, affine, around, chain, dropout, maxout, plain
from kernel_spacy.weights.nodes import SavedNode


def _entity_linker(model: Model[Any, Any], of: Counterpart) -> Layer:
    """The sentence of each entity is found by the model."""
    vectors = of(model.layers[0])
    spans = plain("span_maker", n_sents=model.attrs["n_sents"])
    ragged = chain(vectors, plain("list2ragged"))
    both = Layer(f"tuple({ragged.name}, {spans.name})", [ragged, spans])

    def taken(node: SavedNode) -> None:
        # What the weights were trained with; of the setting spaCy takes it in prediction alone.
        model.attrs["n_sents"] = node.attrs.get("n_sents", 0)

    spans.taken = taken
    made = _encoded(model, vectors, chain(both, plain("extract_spans")))
    made.attrs = {"include_span_maker": True, "n_sents": model.attrs["n_sents"]}
    return made


def _entity_linker_v1(model: Model[Any, Any], of: Counterpart) -> Layer:
    """A document is one context."""
    vectors = of(model.layers[0])
    return _encoded(model, vectors, chain(vectors, plain("list2ragged")))


def _encoded(model: Model[Any, Any], vectors: Layer, contexts: Layer) -> Layer:
    """The mean of a context, a residual maxout with dropout, and a linear layer."""
    _, _, hidden, output = model.layers
    # thinc's residual of a maxout, which with its dropout is a chain.
    wide = hidden.layers[0].layers[0]
    mixed = around("residual", chain(maxout(wide), dropout()))
    last = affine("linear", output)
    made = chain(chain(chain(contexts, plain("reduce_mean")), mixed), last)
    made.refs = {"output_layer": last, "tok2vec": vectors}

    def taken(_: SavedNode) -> None:
        model.set_dim("nO", output.get_dim("nO"), force=True)
        # spaCy predicts so, and trains as we do.
        model.attrs["contexts_alone"] = True

    made.taken = taken
    return made


TABLE: dict[str, Callable[[Model[Any, Any], Counterpart], Layer]] = {
    "entity_linker": _entity_linker,
    "entity_linker_v1": _entity_linker_v1,
}
