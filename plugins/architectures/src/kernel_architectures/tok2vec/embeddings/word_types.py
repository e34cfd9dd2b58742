"""The distinct word types of a batch: what depends on the type only is computed once for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from thinc.api import Model

from kernel.numeric.server import gradient, read

Array = Any
# Takes the gradient (U, width) of what was written, which it may write to; adds to the gradients of parameters.
Backprop = Callable[[Array], None]


@dataclass(frozen=True)
class WordTypes:
    """U types. columns: attribute number -> uint64 (U,), in the memory of the CPU."""

    vocab: Any
    size: int
    columns: Mapping[int, Array]


def embed_hashed(node: Model[Any, Any], types: WordTypes, attr: int, out: Array, is_train: bool) -> Backprop:
    """Write the vectors of thinc's HashEmbed for one attribute of each type to `out` (U, nO).

    Four keys of each value (MurmurHash3, 128 bit, seeded per table) choose the rows that are summed. Dropout is one
    mask of dimensions for the whole batch, as in thinc.
    """
    ops, E = node.ops, read(node, "E")
    values = ops.as_contig(ops.asarray(types.columns[attr], dtype="uint64"))
    keys = ops.as_contig((ops.hash(values, node.attrs["seed"]) % E.shape[0]).T.astype("int32"))
    vectors = ops.xp.take(E, keys[0], axis=0)
    for others in keys[1:]:
        vectors += ops.xp.take(E, others, axis=0)
    rate = node.attrs.get("dropout_rate")
    mask = ops.get_dropout_mask((E.shape[1],), rate) if is_train and rate else None
    if mask is not None:
        vectors *= mask
    out[...] = vectors

    def backprop(d_out: Array) -> None:
        d_out = ops.as_contig(d_out) if mask is None else d_out * mask
        dE = gradient(node, "E")
        for rows in keys:
            ops.scatter_add(dE, rows, d_out)

    return backprop
