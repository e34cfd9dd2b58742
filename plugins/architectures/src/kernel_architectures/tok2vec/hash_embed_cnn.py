"""The standard token vectors of the field: hashed subword features under a convolutional encoder."""

from collections.abc import Callable
from typing import Any

from thinc.api import Model
from thinc.types import Floats2d

from kernel.config.ranges import NonNegativeInt, PositiveInt
from kernel_architectures.tok2vec.embeddings.multi_hash_embed import build_multi_hash_embed
from kernel_architectures.tok2vec.encoders.maxout_window_encoder import build_maxout_window_encoder
from kernel_architectures.tok2vec.tok2vec import build_tok2vec


def build_hash_embed_cnn(
    *,
    width: PositiveInt,
    depth: NonNegativeInt,
    embed_size: PositiveInt,
    window_size: PositiveInt,
    maxout_pieces: PositiveInt,
    subword_features: bool,
    pretrained_vectors: bool | None,
) -> Model[list[Any], list[Floats2d]]:
    """Build token vectors from hashed features and a maxout window encoder.

    width: width of the vectors. 96 is usual.
    depth: number of convolutional layers. 4 is usual.
    embed_size: rows of the table for the word's norm; the tables of subword features have half as many.
    window_size, maxout_pieces: see kernel.MaxoutWindowEncoder.v2.
    subword_features: whether prefix, suffix and shape are embedded too. Not useful for languages that are split
        into single characters.
    pretrained_vectors: whether the static vectors of the vocab are used as well.
    """
    return hash_embed_cnn(
        build_multi_hash_embed,
        width=width,
        depth=depth,
        embed_size=embed_size,
        window_size=window_size,
        maxout_pieces=maxout_pieces,
        subword_features=subword_features,
        pretrained_vectors=pretrained_vectors,
    )


def hash_embed_cnn(
    make_embed: Callable[..., Model[list[Any], list[Floats2d]]],
    *,
    width: int,
    depth: int,
    embed_size: int,
    window_size: int,
    maxout_pieces: int,
    subword_features: bool,
    pretrained_vectors: bool | None,
) -> Model[list[Any], list[Floats2d]]:
    """The same. make_embed: what makes the embedding, with the arguments of MultiHashEmbed."""
    attrs: list[str | int] = ["NORM"]
    rows = [embed_size]
    if subword_features:
        attrs += ["PREFIX", "SUFFIX", "SHAPE"]
        rows += [max(1, embed_size // 2)] * 3
    embed = make_embed(width=width, attrs=attrs, rows=rows, include_static_vectors=bool(pretrained_vectors))
    encode = build_maxout_window_encoder(
        width=width, window_size=window_size, maxout_pieces=maxout_pieces, depth=depth
    )
    return build_tok2vec(embed, encode)
