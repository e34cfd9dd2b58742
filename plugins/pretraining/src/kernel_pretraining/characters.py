"""The objective of the field: say the first and last bytes of a masked word."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from thinc.api import Linear, Model, zero_init

from kernel.config.ranges import PositiveInt
from kernel.vocab import Vocab
from kernel_pretraining.cloze import Words, cloze
from kernel_pretraining.heads import head

Array = Any
_VALUES = 256
# In the place of a byte that a word doesn't have; no byte of UTF-8 is this.
_NONE = 255


def make_characters_objective(
    maxout_pieces: PositiveInt = 3, hidden_size: PositiveInt = 300, n_characters: PositiveInt = 4
) -> Callable[[Vocab, Model[Any, Any]], Model[Any, Any]]:
    """Predict the bytes of masked words, in UTF-8: the first, the last, the second, the last but one, and so on.

    maxout_pieces, hidden_size: of the layer between the token vectors and the output. n_characters: how many bytes. The loss is the
    sum of the cross entropies of a word's bytes.
    """

    def create(vocab: Vocab, encoder: Model[Any, Any]) -> Model[Any, Any]:
        output = Linear(n_characters * _VALUES, hidden_size, init_W=zero_init)
        return cloze(encoder, head(hidden_size, maxout_pieces, output, ByteLoss(n_characters)))

    return create


class ByteLoss:
    """Sum of the cross entropies of `n` softmaxes over the values of a byte."""

    def __init__(self, n: int) -> None:
        self._n = n

    def __call__(self, xp: Any, guesses: Array, words: Words) -> tuple[Array, Array]:
        """guesses: (M, n * 256)."""
        distinct, inverse = np.unique(words.chosen, return_inverse=True)
        targets = outer_bytes(words.table.forms(distinct.tolist()), self._n)[inverse]
        rows = xp.arange(targets.size)
        flat = xp.asarray(targets.reshape(-1).astype("int64"))
        scores = guesses.reshape(-1, _VALUES)
        scores = scores - scores.max(axis=1, keepdims=True)
        chosen = scores[rows, flat]
        exponentials = xp.exp(scores, out=scores)
        sums = exponentials.sum(axis=1, keepdims=True)
        losses = xp.log(sums[:, 0]) - chosen
        exponentials /= sums
        exponentials[rows, flat] -= 1
        return losses.reshape(-1, self._n).sum(axis=1), exponentials.reshape(guesses.shape)


def outer_bytes(forms: Sequence[str], n: int) -> NDArray[np.uint8]:
    """The first and last bytes of words in UTF-8, (words, n): first, last, second, last but one ...; 255 where there are no more."""
    encoded = [form.encode("utf8", errors="surrogatepass") for form in forms]
    lengths = np.array([len(each) for each in encoded], dtype=np.int64)
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64)
    # One more, so that there is something to look at where nothing is wanted.
    data = np.frombuffer(b"".join(encoded) + b"\xff", dtype=np.uint8)
    order = np.arange(n)
    inside = np.where(order % 2 == 0, order // 2, lengths[:, None] - 1 - order // 2)
    there = order < lengths[:, None]
    return np.where(there, data[np.where(there, starts[:, None] + inside, 0)], np.uint8(_NONE))
