"""TextCatReduce: a text classifier on pooled token vectors."""

from collections.abc import Callable, Sequence
from typing import Any

from thinc.api import Model

from kernel.config.ranges import PositiveInt
from kernel.tokens import Doc
from kernel_architectures.textcat.output import Classify, resize
from kernel_architectures.textcat.pooling import REDUCTIONS, Reduce


def build_reduce(
    tok2vec: Model[list[Doc], Any],
    exclusive_classes: bool,
    use_reduce_first: bool,
    use_reduce_last: bool,
    use_reduce_max: bool,
    use_reduce_mean: bool,
    nO: PositiveInt | None = None,
    init_W: Callable[..., Any] | None = None,
) -> Model[list[Doc], Any]:
    """Pool the vectors of `tok2vec` over each document and classify the result: List[Doc] -> (D, nO).

    Several reductions are put side by side. Refs: tok2vec, output_layer. Resizable.

    init_W: the first weights of the classes. If null, zeros for exclusive classes and glorot_uniform_init for others. On a
    transformer, which learns slowly, they should be random: through zeros it gets no gradient at first.
    """
    flags = (use_reduce_first, use_reduce_last, use_reduce_max, use_reduce_mean)
    reductions = [name for name, use in zip(REDUCTIONS, flags, strict=True) if use]
    if not reductions:
        names = ", ".join(f"use_reduce_{name}" for name in REDUCTIONS)
        raise ValueError(f"TextCatReduce needs a reduction: set at least one of {names} to true")
    classify = Classify(exclusive_classes, nO, init_W=init_W)
    return Model(
        "textcat_reduce",
        _forward,
        init=_init,
        layers=[tok2vec, Reduce(reductions), classify],
        dims={"nO": nO},
        refs={"tok2vec": tok2vec, "output_layer": classify.get_ref("output_layer")},
        attrs={"multi_label": not exclusive_classes, "resize_output": _resize},
    )


def _init(model: Model[Any, Any], X: Any = None, Y: Any = None) -> None:
    tok2vec, reduce, classify = model.layers
    tok2vec.initialize(X)
    width = tok2vec.get_dim("nO") * len(reduce.attrs["reductions"])
    classify.initialize(classify.ops.alloc2f(1, width), Y)
    model.set_dim("nO", classify.get_dim("nO"))


def _forward(model: Model[Any, Any], docs: Sequence[Doc], is_train: bool) -> tuple[Any, Callable[[Any], Any]]:
    tok2vec, reduce, classify = model.layers
    vectors, bp_vectors = tok2vec(docs, is_train)
    pooled, bp_pooled = reduce(vectors, is_train)
    scores, bp_scores = classify(pooled, is_train)

    def backprop(d_scores: Any) -> Any:
        return bp_vectors(bp_pooled(bp_scores(d_scores)))

    return scores, backprop


def _resize(model: Model[Any, Any], nO: int) -> Model[Any, Any]:
    classify = model.layers[-1]
    resize(classify, nO)
    model.set_ref("output_layer", classify.get_ref("output_layer"))
    model.set_dim("nO", nO, force=True)
    return model
