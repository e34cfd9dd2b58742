"""TextCatLowData: a text classifier on the vectors of the vocabulary, for few examples."""

from collections.abc import Callable, Sequence
from typing import Any

from thinc.api import Dropout, Linear, Logistic, Model, Relu
from thinc.types import Ragged

from kernel.config.ranges import Fraction, PositiveInt
from kernel.tokens import Doc
from kernel_architectures.textcat.attention import AttentionPooling
from kernel_architectures.textcat.residual import through
from kernel_architectures.textcat.segments import lengths_of
from kernel_architectures.tok2vec.embeddings.static_vectors import build_static_vectors


def build_low_data(
    width: PositiveInt, dropout: Fraction | None, nO: PositiveInt | None = None
) -> Model[list[Doc], Any]:
    """Classify documents by the vectors of their words, which have to be loaded: List[Doc] -> (D, nO), each class by itself.

    The vectors are projected to `width` and pooled by attention; then come two residual layers of that width with the activation Relu.
    There is little to learn, so that few examples do. dropout: of the sums before the logistic function; null for none.
    Refs: attention_layer, output_layer. Not resizable.
    """
    vectors, attention, output = build_static_vectors(width), AttentionPooling(width), Linear(nO, width)
    hidden = [Relu(width, width), Relu(width, width)]
    end = [output, *([Dropout(dropout)] if dropout is not None else []), Logistic()]
    return Model(
        "textcat_low_data",
        _forward,
        init=_init,
        layers=[vectors, attention, *hidden, *end],
        dims={"nO": nO},
        refs={"attention_layer": attention, "output_layer": output},
        attrs={"multi_label": True},
    )


def _init(model: Model[Any, Any], X: Any = None, Y: Any = None) -> None:
    vectors, attention, *rest = model.layers
    vectors.initialize(X)
    sample = model.ops.alloc2f(1, attention.get_dim("nO"))
    attention.initialize(sample)
    output = model.get_ref("output_layer")
    for layer in rest:
        layer.initialize(sample, Y if layer is output and layer.has_dim("nO") is None else None)
    model.set_dim("nO", output.get_dim("nO"))


def _forward(model: Model[Any, Any], docs: Sequence[Doc], is_train: bool) -> tuple[Any, Callable[[Any], Any]]:
    vectors, attention, first, second, *end = model.layers
    lengths = lengths_of(docs)
    embedded, bp_embedded = vectors(docs, is_train)
    pooled, bp_pooled = attention(model.ops.unflatten(embedded.dataXd, lengths), is_train)
    hidden, bp_first = through([first], pooled, is_train)
    hidden, bp_second = through([second], hidden, is_train)
    callbacks = []
    for layer in end:
        hidden, callback = layer(hidden, is_train)
        callbacks.append(callback)

    def backprop(d_scores: Any) -> Any:
        for callback in reversed(callbacks):
            d_scores = callback(d_scores)
        d_vectors = bp_pooled(bp_first(bp_second(d_scores)))
        return bp_embedded(Ragged(model.ops.flatten(d_vectors), embedded.lengths))

    return hidden, backprop
