"""The first layer of a window encoder for vectors that depend on a token's type only.

What a token contributes to its own window and to those of its neighbours is then the same for all tokens of its type. It is computed
once for each type, and kept by prediction from batch to batch; the layer's product is the sum of what the tokens of a window contribute.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from thinc.api import Model

from kernel.numeric.server import version
from kernel_architectures.tok2vec import dense
from kernel_architectures.tok2vec.embeddings.type_vectors import Types, TypeVectors

Array = Any

LARGEST = 1 << 26
"""Bytes of contributions that are kept for one generation of word forms."""


def type_products() -> TypeVectors:
    """What a window encoder keeps its contributions in."""
    return TypeVectors(LARGEST)


def first_product(
    kept: TypeVectors, block: Model[Array, Array], types: Types, window: int
) -> Callable[[int, int, Any], Array] | None:
    """A function for the products of windows with the weights of a block; None if contributions can't be kept.

    It takes the numbers of the first token and of the one after the last, and the edges of the documents in between, None if there is
    but one document. It returns (tokens, pieces * width).
    """
    own = version(block.layers[:1])
    if own is None:
        return None
    state = types.state, own
    places = 2 * window + 1

    def contributions(rows: Array) -> Array:
        """What tokens of some types contribute to the windows around them, (types, places * pieces * width)."""
        found = types.compute(rows)
        weights = dense.packed(block).flat
        parts = found @ weights[:-1].reshape(places, found.shape[1], -1)
        # The bias comes with the token in the middle.
        parts[window] += weights[-1]
        together: Array = parts.transpose(1, 0, 2).reshape(len(rows), -1)
        return together

    def product(start: int, stop: int, edges: Any) -> Array:
        rows = types.rows[start:stop]
        parts = kept.gather(types.table, rows, state, contributions).reshape(len(rows), places, -1)
        if edges is not None:
            edges.clear_contributions(parts)
        total = parts[:, window]
        for offset in range(1, window + 1):
            total[offset:] += parts[:-offset, window - offset]
            total[:-offset] += parts[offset:, window + offset]
        return total

    return product
