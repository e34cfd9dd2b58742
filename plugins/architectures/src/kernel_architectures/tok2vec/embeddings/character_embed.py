"""The bytes of a word and one hashed attribute, mixed to one vector."""

from collections.abc import Callable
from typing import Any

from thinc.api import HashEmbed, Model
from thinc.types import Floats2d

from kernel.config.ranges import PositiveInt
from kernel.errors import UsageError
from kernel.vocab.attrs import intify
from kernel_architectures.tok2vec.embeddings.char_embed import build_char_embed
from kernel_architectures.tok2vec.embeddings.static_vectors import build_static_vectors
from kernel_architectures.tok2vec.embeddings.type_embed import type_embed

# The field's seed of this table.
_SEED = 5


def build_character_embed(
    width: PositiveInt,
    rows: PositiveInt,
    nM: PositiveInt,
    nC: PositiveInt,
    include_static_vectors: bool,
    feature: str | int = "LOWER",
) -> Model[list[Any], list[Floats2d]]:
    """Embed bytes from both ends of each token and one attribute, and mix them with a maxout layer of 3 pieces.

    width: width of the attribute's table and of the output. rows: rows of that table.
    nM: dimensions per byte, usually 16 to 64. nC: bytes per word, usually 3 to 8.
    include_static_vectors: whether the vectors of the vocab are projected to `width` and mixed in.
    feature: the attribute that is hashed besides.
    """
    static = build_static_vectors if include_static_vectors else None
    return character_embed(width, rows, nM, nC, feature, static)


def character_embed(
    width: int, rows: int, nM: int, nC: int, feature: str | int, static: Callable[..., Model[Any, Any]] | None
) -> Model[list[Any], list[Floats2d]]:
    """The same. static: what makes the layer of static vectors from its width and `dropout`; None for none."""
    if width < 1 or rows < 1:
        raise UsageError(f"CharacterEmbed: width and rows must be at least 1, not {width} and {rows}")
    parts: list[Model[Any, Any]] = [build_char_embed(nM, nC), HashEmbed(width, rows, seed=_SEED)]
    if static is not None:
        parts.append(static(width, dropout=0.0))
    return type_embed("character_embed", width, parts, [intify(feature)])
