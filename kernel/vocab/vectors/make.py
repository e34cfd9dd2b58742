"""kernel.Vectors.v1: how `[nlp.vectors]` of a config makes the vectors of a pipeline."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from kernel.vocab.vectors.table import Vectors

if TYPE_CHECKING:
    from kernel.vocab.vocab import Vocab


def make_vectors(mode: str = "default", attr: str = "ORTH") -> Callable[["Vocab"], Vectors]:
    """Vectors of a pipeline, empty at first. Those that `[initialize] vectors` names bring a mode and settings of their own.

    mode: "default", a vector for each key; or "floret", vectors that are made of the n-grams of characters of a text.
    attr: the attribute whose value is the key of a token's vector.
    """
    # What is wrong is said where the config is read.
    Vectors(mode=mode, attr=attr)

    def create(vocab: "Vocab") -> Vectors:
        return Vectors(strings=vocab.strings, attr=attr, mode=mode)

    return create
