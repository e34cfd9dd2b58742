"""SpanFinder: how likely each token begins a span, and how likely it ends one."""

from collections.abc import Callable, Sequence
from typing import Any

from thinc.api import Model

from kernel.tokens import Doc


def build_span_finder(tok2vec: Model[list[Doc], list[Any]], scorer: Model[Any, Any]) -> Model[list[Doc], Any]:
    """Score every token as the first and as the last one of a span: List[Doc] -> (N, 2), the tokens of all documents.

    scorer: from the vectors of tokens (N, width) to two numbers between 0 and 1, such as kernel.LinearLogistic.v1 with nO = 2.
    Refs: tok2vec, scorer.
    """
    return Model(
        "span_finder",
        _forward,
        init=_init,
        layers=[tok2vec, scorer],
        dims={"nO": 2},
        refs={"tok2vec": tok2vec, "scorer": scorer},
    )


def _init(model: Model[Any, Any], X: Any = None, Y: Any = None) -> None:
    tok2vec, scorer = model.layers
    tok2vec.initialize(X)
    scorer.initialize(model.ops.alloc2f(1, tok2vec.get_dim("nO")), model.ops.alloc2f(1, 2))
    if scorer.maybe_get_dim("nO") not in (None, 2):
        raise ValueError(
            f"SpanFinder: the scorer gives two numbers for each token, nO = 2, not {scorer.get_dim('nO')}"
        )


def _forward(model: Model[Any, Any], docs: Sequence[Doc], is_train: bool) -> tuple[Any, Callable[[Any], Any]]:
    tok2vec, scorer = model.layers
    ops = model.ops
    vectors, bp_vectors = tok2vec(docs, is_train)
    lengths = [len(part) for part in vectors]
    scores, bp_scores = scorer(ops.flatten(vectors), is_train)

    def backprop(d_scores: Any) -> Any:
        return bp_vectors(ops.unflatten(bp_scores(d_scores), lengths))

    return scores, backprop
