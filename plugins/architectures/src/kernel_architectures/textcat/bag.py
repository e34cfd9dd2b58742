"""A bag of hashed n-grams under a linear layer, whichever that is."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from thinc.api import Logistic, Model, softmax_activation

from kernel.tokens import Doc
from kernel_architectures.textcat.hashed_linear import NgramBuckets
from kernel_architectures.textcat.output import UNLIKELY

# A linear layer, the number of classes that it gets, and the bias of new ones -> the layer with those.
Resized = Callable[[Model[Any, Any], int, float], Model[Any, Any]]


def bag_of_ngrams(
    linear: Model[Any, Any],
    ngram_size: int,
    exclusive_classes: bool,
    no_output_layer: bool,
    resized: Resized | None,
) -> Model[list[Doc], Any]:
    """Score documents by the n-grams of their word forms: List[Doc] -> (D, nO). Ref: output_layer, which is `linear`.

    linear: from what `NgramBuckets` gives to sums (D, nO); its dim `length` is the size of the hash table. resized: how it gets more
    classes, which start unlikely, or at 0 without an output layer; None if it can't.
    """
    if ngram_size < 1:
        raise ValueError(f"TextCatBOW: ngram_size must be 1 or more, not {ngram_size}")
    layers = [NgramBuckets(ngram_size, linear.get_dim("length")), linear]
    if not no_output_layer:
        layers.append(softmax_activation() if exclusive_classes else Logistic())
    attrs: dict[str, Any] = {"multi_label": not exclusive_classes}
    if resized is not None:
        attrs["resize_output"] = partial(_resize, resized)
    return Model(
        "textcat_bow",
        _forward,
        init=_init,
        layers=layers,
        dims={"nO": linear.maybe_get_dim("nO")},
        refs={"output_layer": linear},
        attrs=attrs,
    )


def _init(model: Model[Any, Any], X: Any = None, Y: Any = None) -> None:
    linear = model.get_ref("output_layer")
    linear.initialize(Y=Y)
    model.set_dim("nO", linear.get_dim("nO"))


def _forward(model: Model[Any, Any], docs: Sequence[Doc], is_train: bool) -> tuple[Any, Callable[[Any], Any]]:
    signal: Any = docs
    callbacks = []
    for layer in model.layers:
        signal, callback = layer(signal, is_train)
        callbacks.append(callback)

    def backprop(d_scores: Any) -> list[Any]:
        for callback in reversed(callbacks):
            d_scores = callback(d_scores)
        return []

    return signal, backprop


def _resize(resized: Resized, model: Model[Any, Any], nO: int) -> Model[Any, Any]:
    model.layers[1] = resized(model.layers[1], nO, UNLIKELY if len(model.layers) > 2 else 0.0)
    model.set_ref("output_layer", model.layers[1])
    model.set_dim("nO", nO, force=True)
    return model
