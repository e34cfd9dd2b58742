"""Tagger: a label for every token."""

from collections.abc import Callable, Sequence
from typing import Any

from thinc.api import Model, Softmax_v2, get_width, zero_init

from kernel.config.ranges import PositiveInt
from kernel.tokens import Doc
from kernel_architectures.tagger.best_labels import best_labels


def build_tagger(
    tok2vec: Model[list[Doc], list[Any]],
    nO: PositiveInt | None = None,
    normalize: bool = False,
    init_W: Callable[..., Any] | None = None,
) -> Model[list[Doc], list[Any]]:
    """Score the labels of each token: List[Doc] -> list of (n tokens, nO).

    The scores are probabilities in training; when predicting they are logits unless `normalize` is true, since the
    best label is the same. The arrays of a batch are slices of one. Refs: tok2vec, softmax, output_layer. Attributes:
    best_labels, a function that finds them in blocks of tokens.

    init_W: the first weights of the labels, zeros if null. On a transformer, which learns slowly, they should be random: with zeros
    it gets no gradient at first.
    """
    softmax = Softmax_v2(
        nO, tok2vec.maybe_get_dim("nO"), init_W=init_W or zero_init, normalize_outputs=normalize
    )
    return Model(
        "tagger",
        _forward,
        init=_init,
        layers=[tok2vec, softmax],
        dims={"nO": nO},
        attrs={"best_labels": best_labels},
        refs={"tok2vec": tok2vec, "softmax": softmax, "output_layer": softmax},
    )


def _init(model: Model[Any, Any], X: Any = None, Y: Any = None) -> None:
    tok2vec, softmax = model.layers
    tok2vec.initialize(X)
    if softmax.has_dim("nO") is None and Y is not None:
        softmax.set_dim("nO", get_width(Y))
    softmax.initialize(model.ops.alloc2f(1, tok2vec.get_dim("nO")))
    model.set_dim("nO", softmax.get_dim("nO"))


def _forward(
    model: Model[Any, Any], docs: Sequence[Doc], is_train: bool
) -> tuple[list[Any], Callable[[list[Any]], Any]]:
    tok2vec, softmax = model.layers
    ops = model.ops
    vectors, bp_vectors = tok2vec(docs, is_train)
    lengths = [len(part) for part in vectors]
    scores, bp_scores = softmax(ops.flatten(vectors), is_train)

    def backprop(d_scores: list[Any]) -> Any:
        return bp_vectors(ops.unflatten(bp_scores(ops.flatten(d_scores)), lengths))

    return ops.unflatten(scores, lengths), backprop
