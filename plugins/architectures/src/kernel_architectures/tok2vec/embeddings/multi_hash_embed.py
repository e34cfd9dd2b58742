"""Several attributes of a word, each hashed into a table of its own, mixed to one vector."""

from collections.abc import Callable, Sequence
from typing import Any

from thinc.api import HashEmbed, Model
from thinc.types import Floats2d

from kernel.config.ranges import PositiveInt
from kernel.errors import UsageError
from kernel.vocab.attrs import intify
from kernel_architectures.tok2vec.embeddings.static_vectors import build_static_vectors
from kernel_architectures.tok2vec.embeddings.type_embed import type_embed

# The field's seeds: a table's hash keys depend on its place, and trained tables are only of use with them.
_FIRST_SEED = 8


def build_multi_hash_embed(
    width: PositiveInt, attrs: list[str | int], rows: list[PositiveInt], include_static_vectors: bool
) -> Model[list[Any], list[Floats2d]]:
    """Embed attributes of each token by hashing and mix them with a maxout layer of 3 pieces.

    width: width of every table and of the output.
    attrs: attributes by name or number, such as NORM, PREFIX, SUFFIX, SHAPE.
    rows: rows of the table of each attribute, usually 1000 to 10000. Different values may share rows: every value has
        four, which it rarely shares all.
    include_static_vectors: whether the vectors of the vocab are projected to `width` and mixed in.
    """
    return multi_hash_embed(width, attrs, rows, build_static_vectors if include_static_vectors else None)


def multi_hash_embed(
    width: int, attrs: Sequence[str | int], rows: Sequence[int], static: Callable[..., Model[Any, Any]] | None
) -> Model[list[Any], list[Floats2d]]:
    """The same. static: what makes the layer of static vectors from its width and `dropout`; None for none."""
    if len(attrs) != len(rows):
        raise UsageError(
            f"MultiHashEmbed: attrs has {len(attrs)} entries and rows has {len(rows)}; each attribute needs its rows"
        )
    if width < 1 or any(count < 1 for count in rows):
        raise UsageError(f"MultiHashEmbed: width and rows must be at least 1, not {width} and {rows}")
    parts: list[Model[Any, Any]] = [
        HashEmbed(width, count, seed=_FIRST_SEED + place, dropout=0.0) for place, count in enumerate(rows)
    ]
    if static is not None:
        parts.append(static(width, dropout=0.0))
    return type_embed("multi_hash_embed", width, parts, [intify(attr) for attr in attrs])
