"""All that is known of their architectures, by the name of our model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from thinc.api import Model

from kernel.errors import Unsupported
from kernel_spacy.weights import entity_linker, spans, tagger, textcat, tok2vec, transformer, transitions
from kernel_spacy.weights.layers import Counterpart, Layer, chain, own

_TABLE = {
    **tok2vec.TABLE,
    **tagger.TABLE,
    **transitions.TABLE,
    **textcat.TABLE,
    **spans.TABLE,
    **entity_linker.TABLE,
    **transformer.TABLE,
}


Special = Callable[[Model[Any, Any], Counterpart], Layer | None]


def counterpart(model: Model[Any, Any], special: Special | None = None) -> Layer:
    """The description of their model that computes what ours does. `Unsupported` if they have none.

    special: asked first of every model in it, with what describes its parts; None for what it has nothing to say of.
    """

    def of(part: Model[Any, Any]) -> Layer:
        found = None if special is None else special(part, of)
        return _described(part, of) if found is None else found

    return of(model)


def as_saved(model: Model[Any, Any]) -> Layer:
    """The description of the model in a file whose architecture is named by the config.

    What is not known is an architecture of the user's own, which is the same code there: its layers are those of the file.
    """

    def unknown(part: Model[Any, Any], of: Counterpart) -> Layer | None:
        return None if part.name in _TABLE else own(part, of)

    return counterpart(model, unknown)


def _described(model: Model[Any, Any], of: Counterpart) -> Layer:
    describe = _TABLE.get(model.name)
    if describe is not None:
        return describe(model, of)
    names = [layer.name for layer in model.layers]
    if len(names) > 1 and model.name == ">>".join(names):
        return _chained(model, of)
    raise Unsupported(f"spaCy has no model that computes what the layer {model.name} does")


def _chained(model: Model[Any, Any], of: Counterpart) -> Layer:
    """A chain, such as an embedding with its encoder."""
    made = {id(layer): of(layer) for layer in model.layers}
    refs = {name: model.maybe_get_ref(name) for name in model.ref_names}
    found = {name: made[id(layer)] for name, layer in refs.items() if layer is not None and id(layer) in made}
    return chain(*(made[id(layer)] for layer in model.layers), **found)
