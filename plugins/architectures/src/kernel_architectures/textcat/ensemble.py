"""TextCatEnsemble: a bag of n-grams and a neural network side by side."""

from collections.abc import Callable, Sequence
from typing import Any

from thinc.api import Dropout, LayerNorm, Maxout, Model

from kernel.config.ranges import PositiveInt
from kernel.tokens import Doc
from kernel_architectures.textcat.attention import AttentionPooling
from kernel_architectures.textcat.output import Classify
from kernel_architectures.textcat.residual import through


def build_ensemble(
    tok2vec: Model[list[Doc], Any],
    linear_model: Model[list[Doc], Any],
    nO: PositiveInt | None = None,
    init_W: Callable[..., Any] | None = None,
) -> Model[list[Doc], Any]:
    """Classify documents by a linear model and pooled token vectors together: List[Doc] -> (D, nO).

    The vectors of `tok2vec` are pooled by attention, then go through a residual Maxout layer; beside them stand
    the outputs of `linear_model`, nO columns. Its attribute `multi_label` says whether several classes may hold.
    Refs: tok2vec, linear_model, attention_layer, maxout_layer, norm_layer, output_layer.

    init_W: the first weights of the classes, see TextCatReduce.
    """
    if "multi_label" not in linear_model.attrs:
        raise ValueError(
            "TextCatEnsemble: linear_model must be a text classifier, with the attribute 'multi_label' "
            f"(such as kernel.TextCatBOW.v3); '{linear_model.name}' has none"
        )
    multi_label = linear_model.attrs["multi_label"]
    attention, maxout, norm = AttentionPooling(), Maxout(nP=3), LayerNorm()
    classify = Classify(not multi_label, nO, init_W=init_W)
    return Model(
        "textcat_ensemble",
        _forward,
        init=_init,
        layers=[linear_model, tok2vec, attention, maxout, norm, Dropout(0.0), classify],
        dims={"nO": nO},
        refs={
            "tok2vec": tok2vec,
            "linear_model": linear_model,
            "attention_layer": attention,
            "maxout_layer": maxout,
            "norm_layer": norm,
            "output_layer": classify.get_ref("output_layer"),
        },
        attrs={"multi_label": multi_label},
    )


def _init(model: Model[Any, Any], X: Any = None, Y: Any = None) -> None:
    linear_model, tok2vec, attention, maxout, norm, _, classify = model.layers
    outputs = model.maybe_get_dim("nO")
    if outputs is not None:
        Y = model.ops.alloc2f(1, outputs)
    linear_model.initialize(X, Y)
    tok2vec.initialize(X)
    width = tok2vec.get_dim("nO")
    sample = model.ops.alloc2f(1, width)
    attention.initialize(sample)
    maxout.set_dim("nO", width)
    maxout.initialize(sample)
    norm.initialize(sample)
    classify.initialize(model.ops.alloc2f(1, linear_model.get_dim("nO") + width), Y)
    model.set_dim("nO", classify.get_dim("nO"))


def _forward(model: Model[Any, Any], docs: Sequence[Doc], is_train: bool) -> tuple[Any, Callable[[Any], Any]]:
    linear_model, tok2vec, attention, *hidden, classify = model.layers
    xp = model.ops.xp
    linear, bp_linear = linear_model(docs, is_train)
    vectors, bp_vectors = tok2vec(docs, is_train)
    pooled, bp_pooled = attention(vectors, is_train)
    features, bp_features = through(hidden, pooled, is_train)
    columns = linear.shape[1]
    scores, bp_scores = classify(xp.hstack([linear, features]), is_train)

    def backprop(d_scores: Any) -> Any:
        d_both = bp_scores(d_scores)
        bp_linear(xp.ascontiguousarray(d_both[:, :columns]))
        return bp_vectors(bp_pooled(bp_features(xp.ascontiguousarray(d_both[:, columns:]))))

    return scores, backprop
