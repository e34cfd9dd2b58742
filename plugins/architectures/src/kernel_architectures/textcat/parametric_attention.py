"""TextCatParametricAttention: a text classifier on token vectors that a learned attention weighs."""

from collections.abc import Callable, Sequence
from typing import Any

from thinc.api import Dropout, Gelu, LayerNorm, Maxout, Model

from kernel.config.ranges import PositiveInt
from kernel.tokens import Doc
from kernel_architectures.textcat.attention import AttentionPooling
from kernel_architectures.textcat.output import Classify
from kernel_architectures.textcat.residual import through


def build_parametric_attention(
    tok2vec: Model[list[Doc], Any],
    exclusive_classes: bool,
    nO: PositiveInt | None = None,
    init_W: Callable[..., Any] | None = None,
) -> Model[list[Doc], Any]:
    """Classify documents by their token vectors, weighted by attention: List[Doc] -> (D, nO).

    What the attention looks at are the vectors after a layer with the activation Gelu; what it weighs are the vectors themselves. The
    sum goes through a residual Maxout layer. Refs: tok2vec, attention_layer, key_transform, norm_layer, output_layer. Not resizable.

    init_W: the first weights of the classes, see TextCatReduce.
    """
    key_transform, norm = Gelu(), LayerNorm()
    attention = AttentionPooling(key_transform=key_transform)
    classify = Classify(exclusive_classes, nO, init_W=init_W)
    return Model(
        "textcat_parametric_attention",
        _forward,
        init=_init,
        layers=[tok2vec, attention, Maxout(nP=3), norm, Dropout(0.0), classify],
        dims={"nO": nO},
        refs={
            "tok2vec": tok2vec,
            "attention_layer": attention,
            "key_transform": key_transform,
            "norm_layer": norm,
            "output_layer": classify.get_ref("output_layer"),
        },
        attrs={"multi_label": not exclusive_classes},
    )


def _init(model: Model[Any, Any], X: Any = None, Y: Any = None) -> None:
    tok2vec, attention, maxout, norm, _, classify = model.layers
    tok2vec.initialize(X)
    width = tok2vec.get_dim("nO")
    sample = model.ops.alloc2f(1, width)
    attention.initialize(sample)
    maxout.set_dim("nO", width)
    maxout.initialize(sample)
    norm.initialize(sample)
    classify.initialize(sample, Y)
    model.set_dim("nO", classify.get_dim("nO"))


def _forward(model: Model[Any, Any], docs: Sequence[Doc], is_train: bool) -> tuple[Any, Callable[[Any], Any]]:
    tok2vec, attention, *hidden, classify = model.layers
    vectors, bp_vectors = tok2vec(docs, is_train)
    pooled, bp_pooled = attention(vectors, is_train)
    features, bp_features = through(hidden, pooled, is_train)
    scores, bp_scores = classify(features, is_train)

    def backprop(d_scores: Any) -> Any:
        return bp_vectors(bp_pooled(bp_features(bp_scores(d_scores))))

    return scores, backprop
