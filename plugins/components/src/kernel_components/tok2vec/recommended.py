"""What `kernel init config` writes for tok2vec."""

from kernel.language import Recommendation
from kernel_components.token_vectors import ACCURACY


def tok2vec(lang: str, optimize: str, gpu: bool) -> Recommendation:
    """Hashed features and window layers; for accuracy wider, deeper and with word vectors."""
    accurate = optimize == ACCURACY
    model = {
        "@architectures": "kernel.Tok2Vec.v2",
        "embed": {
            "@architectures": "kernel.MultiHashEmbed.v2",
            "width": "${components.tok2vec.model.encode.width}",
            "attrs": ["NORM", "PREFIX", "SUFFIX", "SHAPE"],
            "rows": [5000, 1000, 2500, 2500],
            "include_static_vectors": accurate,
        },
        "encode": {
            "@architectures": "kernel.MaxoutWindowEncoder.v2",
            "width": 256 if accurate else 96,
            "depth": 8 if accurate else 4,
            "window_size": 1,
            "maxout_pieces": 3,
        },
    }
    listener = {
        "@architectures": "kernel.Tok2VecListener.v1",
        "width": "${components.tok2vec.model.encode.width}",
        "upstream": "*",
    }
    vectors = "a pipeline with word vectors; without one set include_static_vectors of tok2vec to false"
    return Recommendation(
        {"model": model},
        listener=listener,
        needs={"paths.vectors": vectors} if accurate else {},
        comments={
            "components.tok2vec": "The token vectors that the other components share.",
            "components.tok2vec.model.embed.attrs": "The features of a word, and the size of each one's table.",
        },
    )
