"""StaticVectors.v1: words without a vector get that of the table's last row."""

from collections.abc import Callable
from typing import Any

from thinc.api import Model, glorot_uniform_init
from thinc.types import Ragged

from kernel.config.ranges import Fraction, PositiveInt
from kernel_architectures.tok2vec.embeddings.static_vectors import build_static_vectors


def build_static_vectors_v1(
    nO: PositiveInt | None = None,
    nM: PositiveInt | None = None,
    *,
    dropout: Fraction | None = None,
    init_W: Callable[..., Any] = glorot_uniform_init,
    key_attr: str = "ORTH",
) -> Model[list[Any], Ragged]:
    """Look up the vector of each token in the vocab and project it. For configs that name it: take StaticVectors.v2.

    The settings are those of version 2. A token without a vector gets the last row of the table, whatever word has that.
    """
    model = build_static_vectors(nO, nM, dropout=dropout, init_W=init_W, key_attr=key_attr)
    model.attrs["unknown_as_last"] = True
    return model
