"""The best labels of tokens without the scores of all tokens at once: with hundreds of labels, most of what a document takes is scores."""

from collections.abc import Sequence
from typing import Any

from thinc.api import Model

from kernel.tokens import Doc

SCORES = 1 << 20
"""How many scores are held at once, about: 4 MB."""


def best_labels(model: Model[Any, Any], docs: Sequence[Doc], number: int) -> Any:
    """The numbers of the best labels of each token, the best first, the documents one after another: int (tokens, number).

    model: a tagger. Of equal scores the first label is better.
    """
    tok2vec, softmax = model.get_ref("tok2vec"), model.get_ref("output_layer")
    ops = model.ops
    vectors = ops.flatten(tok2vec.predict(docs))
    rows = max(1, SCORES // model.get_dim("nO"))
    # Also without a token there is a block, which says how wide the result is.
    starts = range(0, max(len(vectors), 1), rows)
    return ops.xp.concatenate([_best(softmax.predict(vectors[at : at + rows]), number) for at in starts])


def _best(scores: Any, number: int) -> Any:
    if number == 1:
        return scores.argmax(axis=1)[:, None]
    return (-scores).argsort(axis=1, kind="stable")[:, :number]
