"""A linear layer over hashed n-grams: a sum of table rows, so that only the rows in use cost anything."""

from collections.abc import Callable, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from thinc.api import Model, get_width

from kernel.numeric.server import gradient, read
from kernel.tokens import Doc
from kernel.tokens.batch import batch_rows
from kernel.tokens.features import token_features
from kernel.vocab.attrs import intify
from kernel_architectures.textcat.ngrams import ngrams
from kernel_architectures.textcat.segments import lengths_of, repeat_rows, sum_rows

ORTH = intify("ORTH")
# Documents are taken together until their n-grams times classes reach this many numbers: fits the cache.
BLOCK = 1 << 18

# table of word forms -> {size of the hash table: (buckets of its rows, rows filled)}; they depend on the form alone.
_known: WeakKeyDictionary[Any, dict[int, tuple[NDArray[np.int32], int]]] = WeakKeyDictionary()
_nothing: tuple[NDArray[np.int32], int] = (np.empty((2, 0), dtype=np.int32), 0)


def murmur3_32(keys: NDArray[np.uint64], seeds: Sequence[int]) -> NDArray[np.uint32]:
    """MurmurHash3_x86_32 of 64-bit keys (their 8 bytes, little-endian), one row a seed: uint32 (S, K).

    After Austin Appleby's public-domain algorithm.
    """
    words = []
    for half in (keys & np.uint64(0xFFFFFFFF), keys >> np.uint64(32)):
        word = half.astype(np.uint32)
        word *= np.uint32(0xCC9E2D51)
        _rotate(word, 15)
        word *= np.uint32(0x1B873593)
        words.append(word)
    hashes = np.empty((len(seeds), len(keys)), dtype=np.uint32)
    for h, seed in zip(hashes, seeds, strict=True):
        h[:] = seed
        for word in words:
            h ^= word
            _rotate(h, 13)
            h *= np.uint32(5)
            h += np.uint32(0xE6546B64)
        h ^= np.uint32(8)
        h ^= h >> np.uint32(16)
        h *= np.uint32(0x85EBCA6B)
        h ^= h >> np.uint32(13)
        h *= np.uint32(0xC2B2AE35)
        h ^= h >> np.uint32(16)
    return hashes


def _rotate(values: NDArray[np.uint32], bits: int) -> None:
    overflow = values >> np.uint32(32 - bits)
    values <<= np.uint32(bits)
    values |= overflow


def buckets(keys: NDArray[np.uint64], length: int) -> NDArray[np.int32]:
    """The two table rows of each key: int32 (2, K), below `length`, a power of two.

    The hashing is that of thinc's SparseLinear.v2.
    """
    return (murmur3_32(keys, (0, 1)) & np.uint32(length - 1)).view(np.int32)


def NgramBuckets(ngram_size: int, length: int) -> Model[Any, Any]:
    """Map documents to the table rows of their n-grams of ORTH.

    The output has a pair for each size from 1 to `ngram_size`: rows int32 (2, M), and how many of the M n-grams each
    document has, int32 (D,). Equal n-grams of a document are listed as often as they occur, which a linear layer
    can't tell from counting.
    """
    attrs = {"ngram_size": ngram_size, "length": length}
    return Model("ngram_buckets", _forward_buckets, attrs=attrs)


def _forward_buckets(
    model: Model[Any, Any], docs: Sequence[Doc], is_train: bool
) -> tuple[Any, Callable[[Any], Any]]:
    length, ngram_size = model.attrs["length"], model.attrs["ngram_size"]
    lengths = lengths_of(docs)
    output = [(_unigram_buckets(docs, length), lengths)]
    if ngram_size > 1:
        unigrams = np.ascontiguousarray(token_features(docs, [ORTH])[:, 0])
        for n in range(2, ngram_size + 1):
            keys, counts = ngrams(unigrams, lengths, n)
            output.append((buckets(keys, length), counts))
    asarray = model.ops.asarray

    def backprop(d_output: Any) -> list[Any]:
        return []

    return [(asarray(rows), asarray(counts)) for rows, counts in output], backprop


def _unigram_buckets(docs: Sequence[Doc], length: int) -> NDArray[np.int32]:
    table, rows = batch_rows(docs)
    if table is None:
        return buckets(token_features(docs, [ORTH])[:, 0], length)
    of_size = _known.setdefault(table, {})
    known, filled = of_size.get(length, _nothing)
    if filled < len(table):
        column = table.column(ORTH)
        if known.shape[1] < len(column):
            grown = np.empty((2, max(len(column), 2 * known.shape[1])), dtype=np.int32)
            grown[:, :filled] = known[:, :filled]
            known = grown
        known[:, filled : len(column)] = buckets(column[filled:], length)
        of_size[length] = (known, len(column))
    return known.take(rows, axis=1)


def HashedLinear(nO: int | None = None, length: int = 262144) -> Model[Any, Any]:
    """Sum the rows of a table over the n-grams of each document, and add a bias.

    Input: the pairs (rows int32 (2, M), lengths int32 (D,)) of `NgramBuckets`; output: float32 (D, nO). Parameters:
    W (length, nO), that is thinc's SparseLinear.v2 weights transposed: `W == thinc_W.reshape(nO, length).T`; b (nO,).
    Both start as zeros.
    """
    return Model(
        "hashed_linear",
        _forward_linear,
        init=_init_linear,
        params={"W": None, "b": None},
        dims={"nO": nO, "length": length},
    )


def _init_linear(model: Model[Any, Any], X: Any = None, Y: Any = None) -> None:
    if Y is not None and model.has_dim("nO") is None:
        model.set_dim("nO", get_width(Y))
    nO = model.get_dim("nO")
    model.set_param("W", model.ops.alloc2f(model.get_dim("length"), nO))
    model.set_param("b", model.ops.alloc1f(nO))


def _forward_linear(model: Model[Any, Any], inputs: Any, is_train: bool) -> tuple[Any, Callable[[Any], Any]]:
    ops = model.ops
    W, b = read(model, "W"), read(model, "b")
    scores = ops.xp.zeros((len(inputs[0][1]), len(b)), dtype=W.dtype)
    scores += b
    parts = [(rows, lengths, blocks_of(lengths, len(b))) for rows, lengths in inputs]
    for rows, lengths, blocks in parts:
        for docs, run in blocks:
            vectors = W.take(rows[0, run], axis=0)
            vectors += W.take(rows[1, run], axis=0)
            scores[docs] += sum_rows(ops, vectors, lengths[docs])

    def backprop(d_scores: Any) -> Any:
        dW = gradient(model, "W")
        for rows, lengths, blocks in parts:
            for docs, run in blocks:
                d_vectors = repeat_rows(ops, d_scores[docs], lengths[docs])
                for half in rows:
                    ops.scatter_add(dW, half[run], d_vectors)
        model.inc_grad("b", d_scores.sum(axis=0))
        return inputs

    return scores, backprop


def blocks_of(lengths: Any, classes: int) -> list[tuple[slice, slice]]:
    """Cut the documents into runs whose n-grams times classes stay within BLOCK: slices of documents, of n-grams."""
    if int(lengths.sum()) * classes <= BLOCK:
        return [(slice(0, len(lengths)), slice(0, int(lengths.sum())))]
    blocks, first, start, end = [], 0, 0, 0
    for position, length in enumerate(lengths.tolist()):
        if end > start and (end + length - start) * classes > BLOCK:
            blocks.append((slice(first, position), slice(start, end)))
            first, start = position, end
        end += length
    blocks.append((slice(first, len(lengths)), slice(start, end)))
    return blocks


def resized(layer: Model[Any, Any], nO: int, bias: float) -> Model[Any, Any]:
    """A layer with more classes: weights 0 and bias `bias`. What is learned stays."""
    larger = HashedLinear(nO, layer.get_dim("length"))
    larger.ops = layer.ops
    if layer.has_param("W") is True:
        larger.initialize()
        W, b = read(layer, "W"), read(layer, "b")
        larger.get_param("W")[:, : len(b)] = W
        larger.get_param("b")[: len(b)] = b
        larger.get_param("b")[len(b) :] = bias
    return larger
