"""The last layer where any number of classes may hold."""

from typing import Any

from thinc.api import Linear, Logistic, Model, chain, glorot_uniform_init

from kernel.config.ranges import PositiveInt


def build_linear_logistic(nO: PositiveInt | None = None, nI: PositiveInt | None = None) -> Model[Any, Any]:
    """Give each class a number between 0 and 1, whatever the others have: (N, nI) -> (N, nO)."""
    return chain(Linear(nO=nO, nI=nI, init_W=glorot_uniform_init), Logistic())
