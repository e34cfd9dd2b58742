"""HashEmbedCNN.v1: the token vectors of version 2 with the static vectors of their version 1."""

from typing import Any

from thinc.api import Model
from thinc.types import Floats2d

from kernel.config.ranges import NonNegativeInt, PositiveInt
from kernel_architectures.tok2vec.embeddings.multi_hash_embed_v1 import build_multi_hash_embed_v1
from kernel_architectures.tok2vec.hash_embed_cnn import hash_embed_cnn


def build_hash_embed_cnn_v1(
    *,
    width: PositiveInt,
    depth: NonNegativeInt,
    embed_size: PositiveInt,
    window_size: PositiveInt,
    maxout_pieces: PositiveInt,
    subword_features: bool,
    pretrained_vectors: bool | None,
) -> Model[list[Any], list[Floats2d]]:
    """Build token vectors from hashed features and a maxout window encoder. For configs that name it: take HashEmbedCNN.v2.

    The settings are those of version 2. With pretrained_vectors, words that have none get the last row of the table.
    """
    return hash_embed_cnn(
        build_multi_hash_embed_v1,
        width=width,
        depth=depth,
        embed_size=embed_size,
        window_size=window_size,
        maxout_pieces=maxout_pieces,
        subword_features=subword_features,
        pretrained_vectors=pretrained_vectors,
    )
