"""Labels of tokens: one softmax over token vectors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from thinc.api import Model

from kernel_spacy.weights.layers import Counterpart, Layer, affine, chain, with_array
from kernel_spacy.weights.nodes import SavedNode


def softmax(model: Model[Any, Any]) -> Layer:
    """thinc's softmax layer, which ours is too."""
    attrs = {
        name: model.attrs[name]
        for name in ("softmax_normalize", "softmax_temperature")
        if name in model.attrs
    }
    return affine("softmax", model, **attrs)


def _tagger(model: Model[Any, Any], of: Counterpart) -> Layer:
    tok2vec, output = of(model.get_ref("tok2vec")), softmax(model.get_ref("softmax"))
    made = chain(tok2vec, with_array(output), tok2vec=tok2vec, softmax=output, output_layer=output)

    def taken(_: SavedNode) -> None:
        model.set_dim("nO", model.get_ref("softmax").get_dim("nO"), force=True)

    made.taken = taken
    return made


def _softmax(model: Model[Any, Any], of: Counterpart) -> Layer:
    return softmax(model)


TABLE: dict[str, Callable[[Model[Any, Any], Counterpart], Layer]] = {"tagger": _tagger, "softmax": _softmax}
