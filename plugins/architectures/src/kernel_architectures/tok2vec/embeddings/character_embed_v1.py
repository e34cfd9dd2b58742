"""CharacterEmbed.v1: the embedding of version 2 with the static vectors of their version 1."""

from typing import Any

from thinc.api import Model
from thinc.types import Floats2d

from kernel.config.ranges import PositiveInt
from kernel_architectures.tok2vec.embeddings.character_embed import character_embed
from kernel_architectures.tok2vec.embeddings.static_vectors_v1 import build_static_vectors_v1


def build_character_embed_v1(
    width: PositiveInt,
    rows: PositiveInt,
    nM: PositiveInt,
    nC: PositiveInt,
    include_static_vectors: bool,
    feature: str | int = "LOWER",
) -> Model[list[Any], list[Floats2d]]:
    """Embed bytes from both ends of each token and one attribute. For configs that name it: take CharacterEmbed.v2.

    The settings are those of version 2. With static vectors, words that have none get the last row of the table.
    """
    static = build_static_vectors_v1 if include_static_vectors else None
    return character_embed(width, rows, nM, nC, feature, static)
