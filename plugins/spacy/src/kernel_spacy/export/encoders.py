"""Window encoders as spaCy has to put them together so that they compute what ours do.

spaCy puts rows of zeros between documents, as many as all layers of an encoder together can reach, and computes on: after the first
layer these rows are zeros no more, and the tokens at the edges of documents see them. Ours see zeros in every layer. An encoder
of one layer is the same in both. So an encoder of several layers becomes as many encoders of one layer, each around the one before:
`Tok2Vec(Tok2Vec(embed, encoder), encoder)`. One whose weights were trained with spaCy's rows (`padded`) stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from thinc.api import Model

from kernel_spacy.weights.layers import Counterpart, Layer, chain, with_array
from kernel_spacy.weights.tok2vec import window_layer

_TOK2VEC, _ENCODER = "spacy.Tok2Vec.v2", "spacy.MaxoutWindowEncoder.v2"
_ENCODERS = frozenset({_ENCODER, "spacy.MaxoutWindowEncoder.v1"})
_MISH = frozenset({"spacy.MishWindowEncoder.v1", "spacy.MishWindowEncoder.v2"})
_WHOLE = {
    "spacy.HashEmbedCNN.v2": "spacy.MultiHashEmbed.v2",
    "spacy.HashEmbedCNN.v1": "spacy.MultiHashEmbed.v1",
}
_NAME, _MODEL = "@architectures", "maxout_window_encoder"


def is_deep(model: Model[Any, Any]) -> bool:
    """Whether a layer of ours is an encoder that spaCy has to be given in single layers."""
    return model.name == _MODEL and len(model.layers) > 1 and not model.attrs.get("padded")


def knows_rows(model: Model[Any, Any]) -> bool:
    """Whether a layer is none of these encoders, or has weights that were trained with spaCy's rows."""
    return model.name != _MODEL or bool(model.attrs.get("padded"))


def is_in_two_steps(model: Model[Any, Any]) -> bool:
    """Whether a model is an embedding and a deep encoder, which can be taken apart."""
    return len(model.layers) == 2 and is_deep(model.layers[1])


def has_deep(model: Model[Any, Any]) -> bool:
    """Whether there is one anywhere in a model."""
    return any(is_deep(layer) for layer in model.walk())


def in_single_layers(block: Any) -> Any:
    """A block of a config, in spaCy's names and without variables, with the encoders in it taken apart."""
    if not isinstance(block, Mapping):
        return block
    made = {key: in_single_layers(value) for key, value in block.items()}
    if made.get(_NAME) in _WHOLE:
        made = _in_two_steps(made)
    encode = made.get("encode")
    if not isinstance(encode, Mapping) or encode.get(_NAME) not in _ENCODERS or encode["depth"] < 2:
        return made
    embed, depth = made["embed"], encode["depth"]
    one = {**encode, _NAME: _ENCODER, "depth": 1}
    for _ in range(depth):
        embed = {_NAME: _TOK2VEC, "embed": embed, "encode": dict(one)}
    return embed


def leftover(block: Any) -> list[str]:
    """The names of encoders in a block of a config that are deep still, because something else than a Tok2Vec has them."""
    if not isinstance(block, Mapping):
        return []
    found = [name for value in block.values() for name in leftover(value)]
    if block.get(_NAME) in _ENCODERS and block["depth"] > 1:
        found.append(str(block[_NAME]))
    return found


def mish(block: Any) -> bool:
    """Whether a block of a config has an encoder in which documents see each other in spaCy."""
    if not isinstance(block, Mapping):
        return False
    return block.get(_NAME) in _MISH or any(map(mish, block.values()))


def _in_two_steps(block: Mapping[str, Any]) -> dict[str, Any]:
    """HashEmbedCNN, which is an embedding and an encoder, as a Tok2Vec of both."""
    attrs = ["NORM", "PREFIX", "SUFFIX", "SHAPE"] if block["subword_features"] else ["NORM"]
    size = block["embed_size"]
    return {
        _NAME: _TOK2VEC,
        "embed": {
            _NAME: _WHOLE[block[_NAME]],
            "width": block["width"],
            "attrs": attrs,
            "rows": [size, *[max(1, size // 2)] * (len(attrs) - 1)],
            "include_static_vectors": bool(block["pretrained_vectors"]),
        },
        "encode": {
            _NAME: _ENCODER,
            **{key: block[key] for key in ("width", "depth", "window_size", "maxout_pieces")},
        },
    }


def counterpart_in_single_layers(model: Model[Any, Any], of: Counterpart) -> Layer | None:
    """The description of spaCy's model for a Tok2Vec with a deep encoder; None for any other model.

    of: describes the parts.
    """
    if not is_in_two_steps(model):
        return None
    embed, encoder = model.layers
    made, window = of(embed), encoder.attrs["window_size"]
    for layer in encoder.layers:
        encode = with_array(window_layer(layer, window), window)
        made = chain(made, encode, embed=made, encode=encode)
    return made
