"""A hidden layer beside its own input: what goes through it is added to what came."""

from collections.abc import Callable, Sequence
from typing import Any

from thinc.api import Model


def through(layers: Sequence[Model[Any, Any]], X: Any, is_train: bool) -> tuple[Any, Callable[[Any], Any]]:
    """X + layers(X), one layer after the other: (N, width) -> (N, width)."""
    hidden, callbacks = X, []
    for layer in layers:
        hidden, callback = layer(hidden, is_train)
        callbacks.append(callback)

    def backprop(dY: Any) -> Any:
        dX = dY
        for callback in reversed(callbacks):
            dX = callback(dX)
        return dX + dY

    return X + hidden, backprop
