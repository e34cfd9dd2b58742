"""Tok2Vec.v1: an embedding in front of an encoder of a single array."""

from typing import Any

from thinc.api import Model
from thinc.types import Floats2d

from kernel_architectures.tok2vec.encoders.one_array import of_documents
from kernel_architectures.tok2vec.tok2vec import build_tok2vec


def build_tok2vec_v1(
    embed: Model[list[Any], list[Floats2d]], encode: Model[Floats2d, Floats2d]
) -> Model[list[Any], list[Floats2d]]:
    """Put an embedding (Docs to one array (tokens, width) each) in front of an encoder. For configs that name it: take Tok2Vec.v2.

    embed: for instance kernel.MultiHashEmbed.v1. encode: from one array to another, for instance kernel.MaxoutWindowEncoder.v1. Its
    attribute `receptive_field`, if it has one, says how far it looks, so that documents do not see each other.
    """
    return build_tok2vec(embed, of_documents(encode))
