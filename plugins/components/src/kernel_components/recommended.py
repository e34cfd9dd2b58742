"""What `kernel init config` writes for these components."""

from typing import Any

from kernel.language import SHARED, Recommendation

ACCURACY = "accuracy"


def sources(gpu: bool) -> tuple[str, ...]:
    """Where the token vectors come from: a transformer on a GPU, else the small network here."""
    return ("transformer",) if gpu else ("tok2vec",)


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


def ner(lang: str, optimize: str, gpu: bool) -> Recommendation:
    """A transition system over shared token vectors."""
    model = {
        "@architectures": "kernel.TransitionBasedParser.v2",
        "state_type": "ner",
        "extra_state_tokens": False,
        "hidden_width": 64,
        "maxout_pieces": 2,
        # The layer above the state features adds little to a transformer.
        "use_upper": not gpu,
        "nO": None,
        "tok2vec": SHARED,
    }
    return Recommendation({"model": model}, sources(gpu))


def tagger(lang: str, optimize: str, gpu: bool) -> Recommendation:
    """One linear layer over shared token vectors."""
    model = {"@architectures": "kernel.Tagger.v2", "nO": None, "normalize": False, "tok2vec": SHARED}
    settings: dict[str, Any] = {"model": model}
    return Recommendation(settings if gpu else {"label_smoothing": 0.05, **settings}, sources(gpu))


def textcat(lang: str, optimize: str, gpu: bool) -> Recommendation:
    """A bag of words, which needs no token vectors; or a network over those, or both together."""
    return _textcat(optimize, gpu, exclusive=True)


def textcat_multilabel(lang: str, optimize: str, gpu: bool) -> Recommendation:
    """The same for categories of which any number holds."""
    return _textcat(optimize, gpu, exclusive=False)


def _textcat(optimize: str, gpu: bool, *, exclusive: bool) -> Recommendation:
    words = {
        "@architectures": "kernel.TextCatBOW.v3",
        "exclusive_classes": exclusive,
        "length": 262144,
        "ngram_size": 1,
        "no_output_layer": False,
        "nO": None,
    }
    if optimize == ACCURACY:
        both = {"@architectures": "kernel.TextCatEnsemble.v2", "nO": None}
        return Recommendation({"model": {**both, "tok2vec": SHARED, "linear_model": words}}, sources(gpu))
    if gpu:
        network = {"@architectures": "kernel.TextCatCNN.v2", "exclusive_classes": exclusive, "nO": None}
        return Recommendation({"model": {**network, "tok2vec": SHARED}}, sources(gpu))
    return Recommendation({"model": words})
