"""What `kernel init config` writes for the text classifiers."""

from kernel.language import SHARED, Recommendation
from kernel_components.token_vectors import ACCURACY, first_weights, sources


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
        both = {"@architectures": "kernel.TextCatEnsemble.v2", "nO": None, **first_weights(gpu)}
        return Recommendation({"model": {**both, "tok2vec": SHARED, "linear_model": words}}, sources(gpu))
    if gpu:
        network = {"@architectures": "kernel.TextCatCNN.v2", "exclusive_classes": exclusive, "nO": None}
        return Recommendation({"model": {**network, **first_weights(gpu), "tok2vec": SHARED}}, sources(gpu))
    return Recommendation({"model": words})
