"""Hashed n-grams of the tokens of a batch, without a loop over documents or tokens."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from thinc.api import Model

from kernel.tokens import Doc
from kernel.tokens.features import token_features
from kernel.vocab.attrs import intify


def ngram_keys(
    ops: Any, unigrams: NDArray[np.uint64], documents: NDArray[np.int32], ngram_size: int
) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
    """Keys of all n-grams of 1 to `ngram_size` tokens, and the document that each belongs to.

    unigrams: uint64 (N,), the tokens of all documents one after another. documents: int32 (N,), ascending.
    The key of one token is the token's value; longer ones are the MurmurHash64A (seed 0) of their values. The
    result has all single tokens first, then all pairs, and so on; no n-gram crosses the border of a document.
    """
    keys, owners = [unigrams], [documents]
    for n in range(2, ngram_size + 1):
        if len(unigrams) < n:
            break
        inside = documents[: len(documents) - n + 1] == documents[n - 1 :]
        keys.append(ops.ngrams(n, unigrams)[inside])
        owners.append(documents[: len(inside)][inside])
    if len(keys) == 1:
        return unigrams, documents
    return np.concatenate(keys), np.concatenate(owners)


def document_index(docs: Sequence[Doc]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The number of tokens of each document, int32 (D,), and the document of each token, int32 (N,)."""
    lengths = np.fromiter(map(len, docs), dtype=np.int32, count=len(docs))
    return lengths, np.repeat(np.arange(len(docs), dtype=np.int32), lengths)


def extract_ngrams(ngram_size: int, attr: int | str = "LOWER") -> Model[Any, Any]:
    """Count the n-grams of each document.

    The model maps documents to (keys uint64 (K,), counts float32 (K,), lengths int32 (D,)): the distinct n-gram
    keys of the first document in ascending order, then those of the second, ..., and how many each document has.
    That is the input of a sparse linear layer. There is nothing to learn and no gradient.
    """
    if ngram_size < 1:
        raise ValueError(f"extract_ngrams: ngram_size must be 1 or more, not {ngram_size}")
    return Model("extract_ngrams", _forward, attrs={"ngram_size": ngram_size, "attr": intify(attr)})


def _forward(model: Model[Any, Any], docs: Sequence[Doc], is_train: bool) -> tuple[Any, Callable[[Any], Any]]:
    _, documents = document_index(docs)
    unigrams = np.ascontiguousarray(token_features(docs, [model.attrs["attr"]])[:, 0])
    keys, owners = ngram_keys(model.ops, unigrams, documents, model.attrs["ngram_size"])
    distinct, inverse = np.unique(keys, return_inverse=True)
    # One integer for the pair (document, key) sorts much faster than two columns.
    pairs, counts = np.unique(owners.astype(np.int64) * len(distinct) + inverse, return_counts=True)
    lengths = np.bincount(pairs // max(len(distinct), 1), minlength=len(docs)).astype(np.int32)
    output = (distinct[pairs % max(len(distinct), 1)], counts.astype(np.float32), lengths)
    asarray = model.ops.asarray

    def backprop(gradient: Any) -> list[Any]:
        return []

    return tuple(asarray(part) for part in output), backprop
