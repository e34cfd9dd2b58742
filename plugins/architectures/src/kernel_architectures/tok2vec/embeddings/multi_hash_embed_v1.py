"""MultiHashEmbed.v1: the embedding of version 2 with the static vectors of their version 1."""

from typing import Any

from thinc.api import Model
from thinc.types import Floats2d

from kernel.config.ranges import PositiveInt
from kernel_architectures.tok2vec.embeddings.multi_hash_embed import multi_hash_embed
from kernel_architectures.tok2vec.embeddings.static_vectors_v1 import build_static_vectors_v1


def build_multi_hash_embed_v1(
    width: PositiveInt, attrs: list[str | int], rows: list[PositiveInt], include_static_vectors: bool
) -> Model[list[Any], list[Floats2d]]:
    """Embed attributes of each token by hashing. For configs that name it: take MultiHashEmbed.v2.

    The settings are those of version 2. With static vectors, words that have none get the last row of the table.
    """
    return multi_hash_embed(width, attrs, rows, build_static_vectors_v1 if include_static_vectors else None)
