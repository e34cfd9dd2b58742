"""Hashed n-grams of the tokens of a batch, without a loop over documents or tokens."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from thinc.api import Model, NumpyOps

from kernel.config.ranges import PositiveInt
from kernel.tokens import Doc
from kernel.tokens.features import token_features
from kernel.vocab.attrs import intify
from kernel_architectures.textcat.segments import lengths_of

# Documents live on the host, whatever the model computes on.
_HOST = NumpyOps()


def ngrams(
    unigrams: NDArray[np.uint64], lengths: NDArray[np.int32], n: int
) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
    """The key of each run of n tokens within a document, and how many such runs each document has.

    unigrams: uint64 (N,), the tokens of all documents one after another. lengths: int32 (D,). The key of one token is
    the token's value, that of several the MurmurHash64A (seed 0) of their values.
    """
    if n == 1 or not len(unigrams):
        return unigrams, lengths
    keys = _HOST.ngrams(n, unigrams)
    counts = np.maximum(lengths - (n - 1), 0)
    if len(counts) > 1:
        # A run that starts among the last n - 1 tokens of a document would cross its end.
        inside = np.ones(len(unigrams), dtype=bool)
        ends = np.cumsum(lengths)
        for back in range(1, n):
            inside[(ends - back)[lengths >= back]] = False
        keys = keys[inside[: len(keys)]]
    return keys, counts


def extract_ngrams(ngram_size: PositiveInt, attr: int | str = "LOWER") -> Model[Any, Any]:
    """Count the n-grams of each document.

    The model maps documents to (keys uint64 (K,), counts float32 (K,), lengths int32 (D,)): the distinct n-gram
    keys of the first document in ascending order, then those of the second, ..., and how many each document has.
    That is the input of a sparse linear layer. There is nothing to learn and no gradient.
    """
    if ngram_size < 1:
        raise ValueError(f"extract_ngrams: ngram_size must be 1 or more, not {ngram_size}")
    return Model("extract_ngrams", _forward, attrs={"ngram_size": ngram_size, "attr": intify(attr)})


def _forward(model: Model[Any, Any], docs: Sequence[Doc], is_train: bool) -> tuple[Any, Callable[[Any], Any]]:
    lengths = lengths_of(docs)
    unigrams = np.ascontiguousarray(token_features(docs, [model.attrs["attr"]])[:, 0])
    parts = [ngrams(unigrams, lengths, n) for n in range(1, model.attrs["ngram_size"] + 1)]
    keys = np.concatenate([part for part, _ in parts])
    owners = np.concatenate([np.repeat(np.arange(len(docs)), counts) for _, counts in parts])
    distinct, inverse = np.unique(keys, return_inverse=True)
    # One integer for the pair (document, key) sorts much faster than two columns.
    pairs, counts = np.unique(owners * len(distinct) + inverse, return_counts=True)
    totals = np.bincount(pairs // max(len(distinct), 1), minlength=len(docs)).astype(np.int32)
    output = (distinct[pairs % max(len(distinct), 1)], counts.astype(np.float32), totals)
    asarray = model.ops.asarray

    def backprop(gradient: Any) -> list[Any]:
        return []

    return tuple(asarray(part) for part in output), backprop
