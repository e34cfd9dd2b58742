"""SpanCategorizer: scores of the categories of spans."""

from collections.abc import Callable, Sequence
from typing import Any

from thinc.api import Model, Ragged

from kernel.tokens import Doc
from kernel_architectures.spans.extract_spans import extract_spans
from kernel_architectures.textcat.segments import lengths_of

# So many spans are scored at a time in prediction: a document of any length needs no more memory for hidden layers.
BLOCK = 8192


def build_span_categorizer(
    tok2vec: Model[list[Doc], list[Any]], reducer: Model[Ragged, Any], scorer: Model[Any, Any]
) -> Model[tuple[list[Doc], Ragged], Any]:
    """Score S spans of documents: (documents, spans) -> (S, nO).

    The spans are a Ragged of whole numbers (S, 2), where each starts and ends in its document, with a sequence for each document.
    Token vectors are computed once for a document, the `reducer` makes one vector of those of a span, the `scorer` scores it.
    Refs: tok2vec, reducer, scorer.
    """
    return Model(
        "span_categorizer",
        _forward,
        init=_init,
        layers=[tok2vec, extract_spans(), reducer, scorer],
        dims={"nO": scorer.maybe_get_dim("nO")},
        refs={"tok2vec": tok2vec, "reducer": reducer, "scorer": scorer},
    )


def _init(model: Model[Any, Any], X: Any = None, Y: Any = None) -> None:
    tok2vec, _, reducer, scorer = model.layers
    tok2vec.initialize(X if X is None else X[0])
    ops = model.ops
    sample = Ragged(ops.alloc2f(1, tok2vec.get_dim("nO")), ops.asarray([1], dtype="int32"))
    reducer.initialize(X=sample)
    scorer.initialize(X=reducer.predict(sample), Y=Y if scorer.maybe_get_dim("nO") is None else None)
    model.set_dim("nO", scorer.get_dim("nO"))


def _forward(
    model: Model[Any, Any], source: tuple[Sequence[Doc], Ragged], is_train: bool
) -> tuple[Any, Callable[[Any], Any]]:
    tok2vec, extract, reducer, scorer = model.layers
    ops = model.ops
    docs, spans = source
    vectors, bp_vectors = tok2vec(docs, is_train)
    lengths = lengths_of(vectors)
    tokens = Ragged(ops.flatten(vectors), ops.asarray(lengths))
    extracted, bp_extracted = extract((tokens, spans), is_train)
    n_spans = len(extracted)
    if not is_train and n_spans > BLOCK:
        parts = [extracted.part(start, start + BLOCK) for start in range(0, n_spans, BLOCK)]
        return ops.xp.concatenate([scorer.predict(reducer.predict(part)) for part in parts]), _no_gradient
    reduced, bp_reduced = reducer(extracted, is_train)
    scores, bp_scores = scorer(reduced, is_train)

    def backprop(d_scores: Any) -> Any:
        d_tokens, _ = bp_extracted(bp_reduced(bp_scores(d_scores)))
        return bp_vectors(ops.unflatten(d_tokens.dataXd, lengths))

    return scores, backprop


def _no_gradient(d_scores: Any) -> Any:
    raise ValueError("a prediction has no gradient; call begin_update")
