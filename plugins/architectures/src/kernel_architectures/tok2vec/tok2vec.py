"""Token vectors in two steps: embed each token by itself, then encode its context."""

from typing import Any

from thinc.api import Model, chain
from thinc.types import Floats2d


def build_tok2vec(
    embed: Model[list[Any], list[Floats2d]], encode: Model[list[Floats2d], list[Floats2d]]
) -> Model[list[Any], list[Floats2d]]:
    """Put an embedding (Docs to one array (tokens, width) each) in front of an encoder of such arrays.

    embed: for instance kernel.MultiHashEmbed.v2 or kernel.CharacterEmbed.v2.
    encode: for instance kernel.MaxoutWindowEncoder.v2.
    """
    tok2vec: Model[list[Any], list[Floats2d]] = chain(embed, encode)
    if encode.has_dim("nO"):
        tok2vec.set_dim("nO", encode.get_dim("nO"))
    tok2vec.set_ref("embed", embed)
    tok2vec.set_ref("encode", encode)
    return tok2vec
