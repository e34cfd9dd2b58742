"""The weights of a model of ours as the file that spaCy's model reads."""

from __future__ import annotations

from typing import Any

from thinc.api import Model

from kernel.errors import Unsupported
from kernel_spacy.export.encoders import (
    counterpart_in_single_layers,
    is_deep,
    is_in_two_steps,
    knows_rows,
)
from kernel_spacy.weights import counterpart, give
from kernel_spacy.weights.layers import Layer

# Slots of the parser's states when it looks at more tokens.
_SLOTS = 13
# It adds rows of documents up with the rows between them, after a layer more.
_MIXED = "textcat_ensemble_v1"


def model_to_bytes(model: Model[Any, Any]) -> bytes:
    """The file `model` of a component. `Unsupported` if no model of spaCy's computes the same."""
    for layer in model.walk():
        if layer.name == "transition_model":
            _check_states(layer)
    _check_encoders(model)
    data: bytes = give(model, _describe)
    return data


def _describe(model: Model[Any, Any]) -> Layer:
    return counterpart(model, counterpart_in_single_layers)


def _check_encoders(model: Model[Any, Any]) -> None:
    """Whether each deep encoder stands where it can be taken apart, and none in a model that has more layers between the rows of documents."""
    apart = {id(layer.layers[1]) for layer in model.walk() if is_in_two_steps(layer)}
    for layer in model.walk():
        whole = layer.name == _MIXED and not all(map(knows_rows, layer.walk()))
        if whole or (is_deep(layer) and id(layer) not in apart):
            raise Unsupported(
                f"{layer.name} computes something else at the edges of documents in spaCy, and can't be put together of single layers there",
                hint="Train it with TextCatEnsemble.v2, or with an encoder in a Tok2Vec.v2; or leave the component out.",
            )


def _check_states(model: Model[Any, Any]) -> None:
    lower, upper = model.get_ref("lower"), model.maybe_get_ref("upper")
    if lower.maybe_get_dim("nF") == _SLOTS and not lower.attrs.get("second_right"):
        raise Unsupported(
            "its states look at 13 tokens, one of which, the second left child of the stack's top, spaCy exchanges for another",
            hint="Train it with extra_state_tokens = false, or leave the component out.",
        )
    is_cut = not lower.attrs.get("linear_in_prediction")
    if upper is not None and lower.maybe_get_dim("nP") == 1 and is_cut:
        raise Unsupported(
            "its hidden layer has one piece, which spaCy cuts off at zero in training, but not in prediction",
            hint="Train it with maxout_pieces = 2, or leave the component out.",
        )
