"""TextCatBOW: a text classifier on bags of n-grams."""

from collections.abc import Callable, Sequence
from typing import Any

from thinc.api import Logistic, Model, softmax_activation

from kernel.config.ranges import PositiveInt
from kernel.tokens import Doc
from kernel_architectures.textcat.hashed_linear import HashedLinear, NgramBuckets, resized
from kernel_architectures.textcat.output import UNLIKELY


def build_bow(
    exclusive_classes: bool,
    ngram_size: PositiveInt,
    no_output_layer: bool,
    length: PositiveInt = 262144,
    nO: PositiveInt | None = None,
) -> Model[list[Doc], Any]:
    """Score documents by the n-grams of their word forms: List[Doc] -> (D, nO).

    exclusive_classes: softmax if true, else each class by its own logistic. ngram_size: n-grams of 1 to this many
    tokens. no_output_layer: leave the sums as they are, for use inside another model. length: rows of the hash
    table, rounded up to a power of two. Ref: output_layer (see `HashedLinear`). New classes start with weights 0
    and bias -3, which makes them unlikely; without output layer 0.
    """
    if length < 1:
        raise ValueError(f"TextCatBOW: length must be 1 or more, not {length}")
    if ngram_size < 1:
        raise ValueError(f"TextCatBOW: ngram_size must be 1 or more, not {ngram_size}")
    size = 1 << (length - 1).bit_length()
    linear = HashedLinear(nO, size)
    layers = [NgramBuckets(ngram_size, size), linear]
    if not no_output_layer:
        layers.append(softmax_activation() if exclusive_classes else Logistic())
    return Model(
        "textcat_bow",
        _forward,
        init=_init,
        layers=layers,
        dims={"nO": nO},
        refs={"output_layer": linear},
        attrs={"multi_label": not exclusive_classes, "resize_output": _resize},
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


def _resize(model: Model[Any, Any], nO: int) -> Model[Any, Any]:
    model.layers[1] = resized(model.layers[1], nO, bias=UNLIKELY if len(model.layers) > 2 else 0.0)
    model.set_ref("output_layer", model.layers[1])
    model.set_dim("nO", nO, force=True)
    return model
