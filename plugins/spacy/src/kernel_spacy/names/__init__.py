"""Functions of this project under the names that the field's configs have.

`spacy.Tok2Vec.v2` is `kernel.Tok2Vec.v2`: each version with the behaviour of that version, because ours carry the same
numbers. Where ours takes more, the name takes what it took. `refused.py` has what can't carry over.
"""

from collections.abc import Mapping
from typing import Any

from kernel_spacy.names.aliases import REQUIRED, Aliases


def _arguments(required: str, **defaults: Any) -> dict[str, Any]:
    """Names of arguments without a default, and those with one."""
    return dict.fromkeys(required.split(), REQUIRED) | defaults


_TRANSFORMER = _arguments(
    "name get_spans",
    tokenizer_config={},
    transformer_config={},
    mixed_precision=False,
    grad_scaler_config={},
)
_OWN_TRANSFORMER = _arguments(
    "name get_spans tokenizer_config pooling",
    grad_factor=1.0,
    transformer_config={},
    mixed_precision=False,
    grad_scaler_config={},
)
_PARSER = "tok2vec state_type extra_state_tokens hidden_width maxout_pieces"

architectures = Aliases(
    {
        "kernel.PretrainCharacters.v1": _arguments("maxout_pieces hidden_size n_characters"),
        "kernel.PretrainVectors.v1": _arguments("maxout_pieces hidden_size loss"),
        "kernel.Tagger.v2": _arguments("tok2vec", nO=None, normalize=False),
        "kernel.TextCatCNN.v2": _arguments("tok2vec exclusive_classes", nO=None),
        "kernel.TextCatEnsemble.v2": _arguments("tok2vec linear_model", nO=None),
        "kernel.TextCatParametricAttention.v1": _arguments("tok2vec exclusive_classes", nO=None),
        "kernel.TextCatReduce.v1": _arguments(
            "tok2vec exclusive_classes use_reduce_first use_reduce_last use_reduce_max use_reduce_mean",
            nO=None,
        ),
        "kernel.Tok2VecListener.v1": _arguments("width", upstream="*"),
        "kernel.Tok2VecTransformer.v3": _OWN_TRANSFORMER,
        "kernel.TransformerModel.v3": _TRANSFORMER,
        "kernel.TransitionBasedParser.v1": _arguments(_PARSER, use_upper=True, nO=None),
        "kernel.TransitionBasedParser.v2": _arguments(f"{_PARSER} use_upper", nO=None),
        "kernel.TransitionBasedParser.v3": _arguments(_PARSER, nO=None),
    },
)
annotation_setters = Aliases()
augmenters = Aliases()
batchers = Aliases()
callbacks = Aliases()
layers = Aliases()
loggers = Aliases()
misc = Aliases()
readers = Aliases(
    {"kernel.Corpus.v1": _arguments("path gold_preproc", max_length=0, limit=0, augmenter=None)},
)
scorers = Aliases({"kernel.overlapping_labeled_spans_scorer.v1": {"spans_key": "ruler"}})
span_getters = Aliases({"kernel.strided_spans.v1": _arguments("window stride")})
tokenizers = Aliases()
vectors = Aliases({"kernel.Vectors.v1": {}})

_KINDS = {
    "architectures": architectures,
    "readers": readers,
    "scorers": scorers,
    "span_getters": span_getters,
    "vectors": vectors,
}


def arguments_of(kind: str, name: str) -> Mapping[str, Any]:
    """The arguments, with their defaults, that a function of ours has under its other name; empty if they are all its own."""
    return _KINDS[kind].arguments(name) if kind in _KINDS else {}
