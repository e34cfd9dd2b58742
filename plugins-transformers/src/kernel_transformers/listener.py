"""A placeholder in a component's model for the token vectors of a shared transformer."""

from collections.abc import Mapping
from typing import Any

from thinc.api import Model, Ragged
from thinc.types import Floats2d

from kernel.listeners import Listener
from kernel_transformers.data import PIECES
from kernel_transformers.pooled import Factor, pooled
from kernel_transformers.pooling import pool_pieces

_MODELS = ("TransformerModel.v1", "TransformerModel.v2", "TransformerModel.v3")


def build_transformer_listener(
    pooling: Model[Ragged, Floats2d],
    grad_factor: Factor = 1.0,
    upstream: str = "*",
) -> Model[list[Any], list[Floats2d]]:
    """Listen to the component that runs a transformer for the whole pipeline.

    pooling: makes one vector of the rows of each token's word pieces, such as reduce_mean.v1.
    grad_factor: what the gradient sent to the transformer is multiplied by, a number or a schedule. 0 leaves the
        transformer to the other components.
    upstream: the transformer's name, "*" for any.
    """
    return Listener(
        None,
        upstream,
        grad_factor,
        layer=pool_pieces(pooling),
        in_its_place=_in_its_place,
        takes=PIECES,
    )


def _in_its_place(
    transformer: Model[Any, Any],
    block: Mapping[str, Any],
    listener: Model[Any, Any],
    listening: Mapping[str, Any],
) -> tuple[Model[Any, Any], Mapping[str, Any]]:
    """What stands for a listener and its transformer together, and the block that makes it."""
    model = pooled(transformer, listener.layers[0], listener.attrs["listener"].factor)
    own = {key: listening[key] for key in ("pooling", "grad_factor") if key in listening}
    owner, _, name = str(block.get("@architectures", "")).partition(".")
    if name in _MODELS:
        return model, {**block, "@architectures": f"{owner}.Tok2VecTransformer.v3", **own}
    return model, {"@architectures": "kernel.PooledTransformer.v1", "transformer": dict(block), **own}
