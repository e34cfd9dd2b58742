"""Where components get their token vectors from: what they have by default, and what `kernel init config` writes."""

from typing import Any

# What goes for accuracy in `kernel init config`; anything else goes for efficiency.
ACCURACY = "accuracy"

# The embedding when the config names no other: the field's small convolutional network.
HASH_EMBED_CNN = {
    "@architectures": "kernel.HashEmbedCNN.v2",
    "pretrained_vectors": None,
    "width": 96,
    "depth": 4,
    "embed_size": 2000,
    "window_size": 1,
    "maxout_pieces": 3,
    "subword_features": True,
}
# That of components of spans: tables of another size for each feature.
MULTI_HASH_EMBED = {
    "@architectures": "kernel.Tok2Vec.v2",
    "embed": {
        "@architectures": "kernel.MultiHashEmbed.v2",
        "width": 96,
        "rows": [5000, 1000, 2500, 1000],
        "attrs": ["NORM", "PREFIX", "SUFFIX", "SHAPE"],
        "include_static_vectors": False,
    },
    "encode": {
        "@architectures": "kernel.MaxoutWindowEncoder.v2",
        "width": 96,
        "window_size": 1,
        "maxout_pieces": 3,
        "depth": 4,
    },
}


def sources(gpu: bool) -> tuple[str, ...]:
    """Where the token vectors come from: a transformer on a GPU, else the small network here."""
    return ("transformer",) if gpu else ("tok2vec",)


def first_weights(gpu: bool) -> dict[str, Any]:
    """`init_W` in the block of a model whose output starts as zeros: random weights over a transformer.

    A transformer learns slowly, and gets no gradient through zeros. The small network learns well from them.
    """
    return {"init_W": {"@initializers": "glorot_uniform_init.v1"}} if gpu else {}
