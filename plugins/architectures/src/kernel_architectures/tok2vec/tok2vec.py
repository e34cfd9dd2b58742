"""Token vectors in two steps: embed each token by itself, then encode its context."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from thinc.api import Model, chain
from thinc.layers.chain import forward, init
from thinc.types import Floats2d, Ragged

Array = Any


def build_tok2vec(
    embed: Model[list[Any], list[Floats2d]], encode: Model[list[Floats2d], list[Floats2d]]
) -> Model[list[Any], list[Floats2d]]:
    """Put an embedding (Docs to one array (tokens, width) each) in front of an encoder of such arrays.

    embed: for instance kernel.MultiHashEmbed.v2 or kernel.CharacterEmbed.v2.
    encode: for instance kernel.MaxoutWindowEncoder.v2.
    """
    chained: Model[list[Any], list[Floats2d]] = chain(embed, encode)
    tok2vec: Model[list[Any], list[Floats2d]] = Model(
        chained.name, _forward, init=init, dims=dict.fromkeys(chained.dim_names), layers=chained.layers
    )
    if encode.has_dim("nO"):
        tok2vec.set_dim("nO", encode.get_dim("nO"))
    tok2vec.set_ref("embed", embed)
    tok2vec.set_ref("encode", encode)
    if "encode_at" in encode.attrs:
        tok2vec.attrs["vectors_at"] = vectors_at
    return tok2vec


def _forward(
    tok2vec: Model[list[Any], list[Floats2d]], docs: list[Any], is_train: bool
) -> tuple[list[Floats2d], Callable[[Any], Any]]:
    """Both, one after the other. In prediction an encoder that can make use of it is told the types that an embedding went by."""
    embed, encode = tok2vec.layers
    if not is_train and "embed_types" in embed.attrs and "encode_types" in encode.attrs:
        embedded = embed.attrs["embed_types"](embed, docs)
        if embedded is not None:
            encoded = encode.attrs["encode_types"](encode, *embedded)
            return encode.predict(embedded[0]) if encoded is None else encoded, _nothing
    found: tuple[list[Floats2d], Callable[[Any], Any]] = forward(tok2vec, docs, is_train)
    return found


def _nothing(d_vectors: Any) -> list[Any]:
    return []


def vectors_at(
    tok2vec: Model[list[Any], list[Floats2d]], docs: Sequence[Any], places: NDArray[np.int64], is_train: bool
) -> tuple[Array, Callable[[Array], list[Any]]]:
    """The vectors of some tokens, (len(places), width), where the encoder can do without the others.

    places: numbers of the tokens, ascending, counted over all documents.
    """
    embed, encode = tok2vec.layers
    ops, lengths = tok2vec.ops, [len(doc) for doc in docs]
    embedded, backprop_embed = embed(docs, is_train)
    is_ragged = isinstance(embedded, Ragged)
    flat = embedded.dataXd if is_ragged else ops.flatten(embedded)
    vectors, backprop_encode = encode.attrs["encode_at"](encode, flat, lengths, places, is_train)

    def backprop(d_vectors: Array) -> list[Any]:
        d_flat = backprop_encode(d_vectors)
        back: list[Any] = backprop_embed(
            Ragged(d_flat, embedded.lengths) if is_ragged else ops.unflatten(d_flat, lengths)
        )
        return back

    return vectors, backprop
