"""The first and the last bytes of a word, each position with an embedding table of its own."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from thinc.api import Model
from thinc.types import Floats2d

from kernel.config.ranges import PositiveInt
from kernel.errors import UsageError
from kernel.numeric.server import gradient, read, versioned
from kernel.tokens.features import unique_features
from kernel.vocab.attrs import ORTH
from kernel_architectures.tok2vec.embeddings.word_types import Backprop, WordTypes

Array = Any
# 255 never occurs in UTF-8: it stands for "no byte".
_PADDING = 255


def build_char_embed(nM: PositiveInt, nC: PositiveInt) -> Model[list[Any], list[Floats2d]]:
    """Embed `nC` UTF-8 bytes of each token in `nM` dimensions: Docs to arrays (tokens, nC * nM).

    The bytes are the first, the last, the second, the last but one and so on; shorter words are filled up. The
    tables, E (nC, 256, nM), start as zeros.
    """
    if nM < 1 or nC < 1:
        raise UsageError(f"CharEmbed: nM and nC must be at least 1, not {nM} and {nC}")
    return versioned(
        Model(
            "charembed",
            _forward,
            init=_init,
            params={"E": None},
            dims={"nM": nM, "nC": nC, "nO": nM * nC, "nV": 256},
        )
    )


def _init(model: Model[Any, Any], X: Any = None, Y: Any = None) -> None:
    model.set_param("E", model.ops.alloc3f(*(model.get_dim(name) for name in ("nC", "nV", "nM"))))


def edge_bytes(words: Iterable[str], nC: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Return (words, nC): bytes from both ends in turns, starting with the first."""
    front, back = (nC + 1) // 2, nC // 2
    padding = bytes([_PADDING])
    rows = []
    for word in words:
        data = word.encode("utf8")
        count = min(len(data), nC)
        first, last = data[: (count + 1) // 2], data[::-1][: count // 2]
        rows.append(first.ljust(front, padding) + last.ljust(back, padding))
    table = np.frombuffer(b"".join(rows), dtype=np.uint8).reshape(len(rows), nC)
    order = np.empty(nC, dtype=np.int64)
    order[0::2] = np.arange(front)
    order[1::2] = front + np.arange(back)
    return table[:, order]


def embed_types(node: Model[Any, Any], types: WordTypes, out: Array, is_train: bool) -> Backprop:
    """Write the embedded bytes of each type to `out` (U, nC * nM)."""
    ops, E = node.ops, read(node, "E")
    nC, nV, nM = E.shape
    strings = types.vocab.strings
    ids = edge_bytes((strings[number] for number in types.columns[ORTH].tolist()), nC)
    # One table under the other: position c has the rows from c * nV on.
    rows = ops.asarray((ids + nV * np.arange(nC)).ravel().astype("int32"))
    out[...] = ops.xp.take(E.reshape(nC * nV, nM), rows, axis=0).reshape(len(ids), nC * nM)

    def backprop(d_out: Array) -> None:
        dE = gradient(node, "E").reshape(nC * nV, nM)
        ops.scatter_add(dE, rows, ops.as_contig(d_out).reshape(len(rows), nM))

    return backprop


def _forward(
    model: Model[Any, Any], docs: Sequence[Any], is_train: bool
) -> tuple[list[Array], Callable[[list[Array]], list[Any]]]:
    ops, E = model.ops, read(model, "E")
    width = E.shape[0] * E.shape[2]
    lengths = [len(doc) for doc in docs]
    if not sum(lengths):
        return [ops.xp.zeros((0, width), dtype=E.dtype) for _ in docs], lambda dYs: []
    features, inverse = unique_features(docs, [ORTH])
    types = WordTypes(docs[0].vocab, len(features), {ORTH: features[:, 0]})
    per_type = ops.xp.empty((types.size, width), dtype=E.dtype)
    backprop_types = embed_types(model, types, per_type, is_train)
    rows = ops.as_contig(ops.asarray(inverse, dtype="int32"))

    def backprop(dYs: list[Array]) -> list[Any]:
        flat = ops.as_contig(ops.flatten(dYs))
        d_types = ops.xp.zeros(per_type.shape, dtype=flat.dtype)
        ops.scatter_add(d_types, rows, flat)
        backprop_types(d_types)
        return []

    return ops.unflatten(ops.xp.take(per_type, rows, axis=0), lengths), backprop
