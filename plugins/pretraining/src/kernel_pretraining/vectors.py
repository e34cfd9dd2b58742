"""The objective that says the static vector of a masked word."""

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from thinc.api import Linear, Model, zero_init

from kernel.config.ranges import PositiveInt
from kernel.errors import ConfigError
from kernel.vocab import Vocab, attrs
from kernel_pretraining.cloze import Words, cloze
from kernel_pretraining.heads import head

Array = Any
# Added to the square of a guess's length: one of zeros, as at the beginning, has no direction.
_SMOOTH = 0.01


def make_vectors_objective(
    maxout_pieces: PositiveInt = 3, hidden_size: PositiveInt = 300, loss: Literal["cosine", "L2"] = "cosine"
) -> Callable[[Vocab, Model[Any, Any]], Model[Any, Any]]:
    """Predict the vectors that masked words have in the vocabulary's table, which [initialize] vectors loads.

    maxout_pieces, hidden_size: of the layer between the token vectors and the output. loss: "cosine" is 1 minus the cosine of the angle
    between guess and vector (a little more where the guess is short), and leaves out words without a vector; "L2" is half the square of their distance.
    """

    def create(vocab: Vocab, encoder: Model[Any, Any]) -> Model[Any, Any]:
        width = vocab.vectors.shape[1] if len(vocab.vectors) else 0
        if not width:
            raise ConfigError(
                "pretraining.objective: there are no word vectors to predict",
                hint="Set [initialize] vectors to a pipeline that has some, or take kernel.PretrainCharacters.v1.",
            )
        output = Linear(width, hidden_size, init_W=zero_init)
        return cloze(encoder, head(hidden_size, maxout_pieces, output, VectorLoss(loss)))

    return create


class VectorLoss:
    """The distance between guesses and the vectors of words, as `make_vectors_objective` says."""

    def __init__(self, kind: Literal["cosine", "L2"]) -> None:
        self._kind = kind

    def __call__(self, xp: Any, guesses: Array, words: Words) -> tuple[Array, Array]:
        """guesses: (M, width of the vectors)."""
        truth = xp.asarray(vectors_of(words))
        if self._kind == "L2":
            apart = guesses - truth
            return 0.5 * (apart * apart).sum(axis=1), apart
        lengths = xp.sqrt((truth * truth).sum(axis=1, keepdims=True))
        known = lengths > 0
        unit = truth / xp.where(known, lengths, 1)
        own = xp.sqrt((guesses * guesses).sum(axis=1, keepdims=True) + _SMOOTH)
        cosine = (guesses * unit).sum(axis=1, keepdims=True) / own
        losses = xp.where(known, 1 - cosine, 0)[:, 0]
        return losses, known * (cosine * guesses / own - unit) / own


def vectors_of(words: Words) -> Any:
    """The vectors of the chosen words, (M, width); zeros for those that have none."""
    table = words.vocab.vectors
    distinct, inverse = np.unique(words.chosen, return_inverse=True)
    keys = words.table.column(attrs.intify(getattr(table, "attr", attrs.ORTH)))[distinct]
    return table.get_batch(keys)[inverse]
