"""The last layer of a text classifier, and how it grows by new labels."""

from collections.abc import Callable
from typing import Any

from thinc.api import Linear, Logistic, Model, Softmax, glorot_uniform_init, zero_init

from kernel.numeric.server import read

# The bias of a class that is added to a trained model: it starts unlikely (below one in twenty), and still gets a gradient.
# Much lower, and its probability and with it its gradient are exactly 0: nothing could be learnt.
UNLIKELY = -3.0


def Classify(
    exclusive_classes: bool, nO: int | None, nI: int | None = None, init_W: Callable[..., Any] | None = None
) -> Model[Any, Any]:
    """Softmax if one class holds, else Linear and Logistic: (D, nI) -> (D, nO) in [0, 1]. Ref: output_layer.

    init_W: the first weights of the classes; if None, zeros for Softmax, glorot_uniform_init for Linear.
    """
    if exclusive_classes:
        affine: Model[Any, Any] = Softmax(nO, nI, init_W=init_W or zero_init)
    else:
        affine = Linear(nO, nI, init_W=init_W or glorot_uniform_init)
    model: Model[Any, Any] = Model(
        "classify",
        _forward,
        init=_init,
        layers=[affine] if exclusive_classes else [affine, Logistic()],
        dims={"nO": nO, "nI": nI},
        refs={"output_layer": affine},
        attrs={"exclusive_classes": exclusive_classes},
    )
    return model


def _init(model: Model[Any, Any], X: Any = None, Y: Any = None) -> None:
    affine = model.get_ref("output_layer")
    affine.initialize(X, Y if affine.has_dim("nO") is None else None)
    for dim in ("nO", "nI"):
        model.set_dim(dim, affine.get_dim(dim))


def _forward(model: Model[Any, Any], X: Any, is_train: bool) -> tuple[Any, Callable[[Any], Any]]:
    callbacks = []
    for layer in model.layers:
        X, callback = layer(X, is_train)
        callbacks.append(callback)

    def backprop(dY: Any) -> Any:
        for callback in reversed(callbacks):
            dY = callback(dY)
        return dY

    return X, backprop


def resize(model: Model[Any, Any], nO: int) -> None:
    """Add classes to a `Classify`. What is learned stays; new classes start unlikely."""
    exclusive = model.attrs["exclusive_classes"]
    old = model.layers[0]
    new: Model[Any, Any] = (Softmax if exclusive else Linear)(nO, old.maybe_get_dim("nI"))
    # Should it be initialized again, its weights are drawn as the old ones were.
    new.ops, new.init = old.ops, old.init
    if old.has_param("W") is True:
        new.initialize()
        W, b = read(old, "W"), read(old, "b")
        new_W, new_b = new.get_param("W"), new.get_param("b")
        new_W[: len(b)], new_b[: len(b)] = W, b
        new_W[len(b) :], new_b[len(b) :] = 0.0, UNLIKELY
    model.layers[0] = new
    model.set_ref("output_layer", new)
    model.set_dim("nO", nO, force=True)
