"""Encoders of the field's first versions: from one array to another, while others take an array for each document."""

from collections.abc import Callable
from typing import Any

from thinc.api import Model, with_array

Array = Any
_NAME = "one_array"


def one_array(encoder: Model[list[Array], list[Array]]) -> Model[Array, Array]:
    """An encoder of lists of arrays as one of a single array (N, width), which is taken for one document."""
    return Model(
        _NAME,
        _forward,
        init=_init,
        layers=[encoder],
        dims={dim: encoder.get_dim(dim) for dim in ("nO", "nI")},
        attrs={"receptive_field": encoder.attrs["receptive_field"]},
    )


def of_documents(encoder: Model[Array, Array]) -> Model[list[Array], list[Array]]:
    """An encoder of a single array as one of an array for each document, which see nothing of each other.

    One that is not ours gets all documents in one array, with as many rows of zeros between them as its attribute `receptive_field`
    says: so far it looks from one row to another.
    """
    if encoder.name == _NAME:
        inner: Model[list[Array], list[Array]] = encoder.layers[0]
        return inner
    return with_array(encoder, pad=encoder.attrs.get("receptive_field", 0))


def _init(model: Model[Array, Array], X: Array = None, Y: Array = None) -> None:
    model.layers[0].initialize(None if X is None else [X])


def _forward(model: Model[Array, Array], X: Array, is_train: bool) -> tuple[Array, Callable[[Array], Array]]:
    (Y,), backprop = model.layers[0]([X], is_train)
    return Y, lambda dY: backprop([dY])[0]
