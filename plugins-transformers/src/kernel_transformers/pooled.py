"""A transformer's model and the pooling behind it as one layer: token vectors as any other embedding gives them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Any

from thinc.api import Model, Ragged
from thinc.types import Floats2d

from kernel.config.ranges import NonEmpty
from kernel.numeric.random import current_step
from kernel.numeric.schedules import ByStep, by_step
from kernel.tokens import Doc
from kernel_transformers.data import FullTransformerBatch
from kernel_transformers.pooling import pool_pieces

# What a gradient is multiplied by: a number, one for each step, or a schedule.
Factor = float | Annotated[list[float], NonEmpty] | Iterator[float] | Callable[[int], float]


def build_pooled_transformer(
    transformer: Model[list[Doc], FullTransformerBatch],
    pooling: Model[Ragged, Floats2d],
    grad_factor: Factor = 1.0,
) -> Model[list[Doc], list[Floats2d]]:
    """A transformer model, of whatever architecture, that one component has for itself.

    transformer: documents to what a transformer gives for them.
    pooling: makes one vector of the rows of each token's word pieces, such as reduce_mean.v1.
    grad_factor: what the transformer's gradient is multiplied by, a number or a schedule. 0 keeps it as it is.
    """
    return pooled(transformer, pool_pieces(pooling), by_step(grad_factor))


def pooled(
    transformer: Model[list[Doc], FullTransformerBatch], pool: Model[Any, Any], factor: ByStep
) -> Model[list[Doc], list[Floats2d]]:
    """The model of a transformer and the layer `pool_pieces` behind it. factor: of the transformer's gradient."""
    return Model(
        "tok2vec_transformer",
        _forward,
        init=_init,
        layers=[transformer, pool],
        dims={"nO": pool.maybe_get_dim("nO")},
        attrs={"grad_factor": factor, "steps": 0},
    )


def _init(model: Model[Any, Any], X: Any = None, Y: Any = None) -> None:
    transformer, pool = model.layers
    transformer.initialize(X)
    pool.set_dim("nI", transformer.get_dim("nO"), force=True)
    pool.initialize()
    model.set_dim("nO", pool.get_dim("nO"), force=True)


def _forward(
    model: Model[list[Doc], list[Floats2d]], docs: Sequence[Doc], is_train: bool
) -> tuple[list[Floats2d], Callable[[list[Floats2d]], list[Doc]]]:
    transformer, pool = model.layers
    factor = _factor(model) if is_train else 0.0
    batch, backprop = transformer(docs, is_train=is_train and bool(factor))
    vectors, backprop_pool = pool(batch.split_by_doc(), is_train=is_train)

    def learn(gradients: list[Floats2d]) -> list[Doc]:
        parts = backprop_pool(gradients)
        if factor:
            backprop(parts if factor == 1.0 else [part * factor for part in parts])
        return []

    return vectors, learn


def _factor(model: Model[Any, Any]) -> float:
    step = current_step()
    if step is None:
        # Outside of a run the batches are counted.
        step = model.attrs["steps"]
        model.attrs["steps"] += 1
    factor: float = model.attrs["grad_factor"](step)
    return factor
