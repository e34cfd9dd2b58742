"""kernel.Vectors.v1: how `[nlp.vectors]` of a config makes the vectors of a pipeline."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from kernel.vocab.vectors.table import Vectors

if TYPE_CHECKING:
    from kernel.vocab.vocab import Vocab


def make_vectors(
    mode: str = "default",
    attr: str = "ORTH",
    minn: int = 0,
    maxn: int = 0,
    hash_count: int = 1,
    hash_seed: int = 0,
    bow: str = "<",
    eow: str = ">",
) -> Callable[["Vocab"], Vectors]:
    """Vectors of a pipeline, empty at first. Those that `[initialize] vectors` names bring settings of their own.

    mode: "default", a vector of each key; or "floret", vectors made of the n-grams of characters of a text.
    attr: the attribute whose value is the key of a token's vector.
    minn, maxn: length of n-grams; hash_count: rows that each is hashed to, 1 to 4; hash_seed: of the hash; bow, eow: marks
        before and behind a text. All of the mode "floret".
    """
    make = partial(
        Vectors,
        attr=attr,
        mode=mode,
        minn=minn,
        maxn=maxn,
        hash_count=hash_count,
        hash_seed=hash_seed,
        bow=bow,
        eow=eow,
    )
    # What is wrong is said where the config is read.
    make()

    def create(vocab: "Vocab") -> Vectors:
        return make(strings=vocab.strings)

    return create
