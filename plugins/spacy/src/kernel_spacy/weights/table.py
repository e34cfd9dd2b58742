"""All that is known of their architectures, by the name of our model."""

from __future__ import annotations

from typing import Any

from thinc.api import Model

from kernel.errors import Unsupported
from kernel_spacy.weights import entity_linker, spans, tagger, textcat, tok2vec, transitions
from kernel_spacy.weights.layers import Layer, chain

_TABLE = {
    **tok2vec.TABLE,
    **tagger.TABLE,
    **transitions.TABLE,
    **textcat.TABLE,
    **spans.TABLE,
    **entity_linker.TABLE,
}


def counterpart(model: Model[Any, Any]) -> Layer:
    """The description of their model that computes what ours does. `Unsupported` if they have none."""
    describe = _TABLE.get(model.name)
    if describe is not None:
        return describe(model, counterpart)
    names = [layer.name for layer in model.layers]
    if len(names) > 1 and model.name == ">>".join(names):
        return _chained(model)
    raise Unsupported(f"spaCy has no model that computes what the layer {model.name} does")


def _chained(model: Model[Any, Any]) -> Layer:
    """A chain, such as an embedding with its encoder."""
    made = {id(layer): counterpart(layer) for layer in model.layers}
    refs = {name: model.maybe_get_ref(name) for name in model.ref_names}
    found = {name: made[id(layer)] for name, layer in refs.items() if layer is not None and id(layer) in made}
    return chain(*(made[id(layer)] for layer in model.layers), **found)
