"""A placeholder in a component's model for the token vectors of a shared source."""

from collections.abc import Callable, Iterator
from typing import Annotated, Any

from thinc.api import Model
from thinc.types import Floats2d

from kernel.config.ranges import NonEmpty, PositiveInt
from kernel.listeners import Listener


def build_tok2vec_listener(
    width: PositiveInt,
    upstream: str = "*",
    grad_factor: float | Annotated[list[float], NonEmpty] | Iterator[float] | Callable[[int], float] = 1.0,
) -> Model[list[Any], list[Floats2d]]:
    """Listen to the component that computes token vectors for the whole pipeline.

    width: the source's width, usually ${components.tok2vec.model.encode.width}.
    upstream: the source's name, "*" for any.
    grad_factor: what the gradient sent to the source is multiplied by, a number or a schedule. 0 leaves the source
        to the other components.
    """
    return Listener(width, upstream, grad_factor)
