"""Names of the field that can't carry over: the reason, and the nearest way."""

from __future__ import annotations

_OWN = "Write a callback: docs/how-to/write-functions.md; [training.callbacks] takes any number of them."
_PROFILE = "Profile with `kernel train --trace-hooks`, or with `kernel debug profile`."
_INSIDE = "Take kernel.TransitionBasedParser.v2, which contains it."
_CURATED = (
    "Take `transformer` with kernel.TransformerModel.v3, which reads the same models (BERT, RoBERTa, XLM-R, CamemBERT, ALBERT) by "
    "their names, and kernel.TransformerListener.v1 for its listeners. `kernel spacy convert-config` does it."
)
_LOGS = (
    "it sends a run to a service or a library that kernel doesn't know",
    f"Take kernel.ConsoleLogger.v3, or kernel.JsonlLog.v1 in [training.callbacks]. {_OWN}",
)
_NVTX = ("it marks parts of a model for a profiler of NVIDIA", _PROFILE)

_SPACY: dict[str, dict[str, tuple[str, str]]] = {
    "callbacks": {
        "models_and_pipes_with_nvtx_range.v1": _NVTX,
        "models_with_nvtx_range.v1": _NVTX,
    },
    "layers": {
        "PrecomputableAffine.v1": ("it is a part of the parser that is no layer of its own here", _INSIDE),
        "TransitionModel.v1": ("it is a part of the parser that is no layer of its own here", _INSIDE),
    },
    "loggers": {
        **{f"WandbLogger.v{version}": _LOGS for version in range(1, 6)},
        **{f"MLflowLogger.v{version}": _LOGS for version in (1, 2)},
        **{f"ClearMLLogger.v{version}": _LOGS for version in (1, 2)},
        "ChainLogger.v1": ("a run has any number of callbacks", _OWN),
        "CupyLogger.v1": ("it adds figures to what another logger of its package sends", _OWN),
        "LookupLogger.v1": ("it adds figures to what another logger of its package sends", _OWN),
        "PyTorchLogger.v1": ("it adds figures to what another logger of its package sends", _OWN),
    },
    "architectures": {
        "MultiTask.v1": ("spaCy 3 has no function of that name either", "Leave the component out."),
        "Transformer.v1": ("it was never released", "Take kernel.TransformerModel.v3."),
    },
    "tokenizers": {
        f"{code}.{name}": (
            f"the language {code!r} is not there, and its tokenizer is another library",
            "Write a tokenizer, a function that returns one for a pipeline: docs/how-to/write-functions.md.",
        )
        for code, name in [
            ("ja", "JapaneseTokenizer"),
            ("ko", "KoreanTokenizer"),
            ("th", "ThaiTokenizer"),
            ("vi", "VietnameseTokenizer"),
            ("zh", "ChineseTokenizer"),
        ]
    },
}
_CURATED_KINDS = frozenset({"architectures", "model_loaders"})


def refused(kind: str, name: str) -> tuple[str, str] | None:
    """Why a name is not there, and what to take in its place; None if nothing is known of it."""
    owner, _, bare = name.partition(".")
    if owner in ("spacy", "spacy-legacy"):
        return _SPACY.get(kind, {}).get(bare)
    if owner == "spacy-curated-transformers":
        if kind in _CURATED_KINDS:
            return "it is a part of another implementation of transformers", _CURATED
        if kind == "schedules":
            return (
                "a rate of its own for each part of a network is not there",
                "Take warmup_linear.v1, and layer_decay of kernel.TransformerModel.v3.",
            )
        if kind == "callbacks":
            return (
                "it keeps a transformer from changing at first",
                "Take freeze_layers of kernel.TransformerModel.v3, or train first with the transformer in [training] frozen_components.",
            )
    if owner == "spacy-experimental":
        return (
            "experimental parts of spaCy are not carried over",
            "Register a function of your own by that name.",
        )
    return None
