"""What `kernel init config` writes for a transformer: which one for a language, and how it is trained."""

from __future__ import annotations

from typing import Any

from kernel.language import Recommendation

_ACCURACY = "accuracy"
# For languages without an entry: one of a hundred languages.
MULTILINGUAL = "bert-base-multilingual-cased"
MULTILINGUAL_ACCURACY = "xlm-roberta-base"
# Language -> a base-sized transformer whose pretraining was on that language, by its name on the hub.
MODELS = {
    "ar": "asafaya/bert-base-arabic",
    "bg": "iarfmoose/roberta-base-bulgarian",
    "bn": "sagorsarker/bangla-bert-base",
    "ca": "projecte-aina/roberta-base-ca-v2",
    "da": "Maltehb/danish-bert-botxo",
    "de": "bert-base-german-cased",
    "el": "nlpaueb/bert-base-greek-uncased-v1",
    "en": "roberta-base",
    "es": "dccuchile/bert-base-spanish-wwm-cased",
    "et": "tartuNLP/EstBERT",
    "eu": "ixa-ehu/berteus-base-cased",
    "fa": "HooshvareLab/bert-fa-base-uncased",
    "fi": "TurkuNLP/bert-base-finnish-cased-v1",
    "fr": "camembert-base",
    "grc": "pranaydeeps/Ancient-Greek-BERT",
    "hi": "ai4bharat/indic-bert",
    "hu": "SZTAKI-HLT/hubert-base-cc",
    "id": "indolem/indobert-base-uncased",
    "it": "dbmdz/bert-base-italian-cased",
    "nb": "NbAiLab/nb-bert-base",
    "nl": "GroNLP/bert-base-dutch-cased",
    "pl": "dkleczek/bert-base-polish-cased-v1",
    "pt": "neuralmind/bert-base-portuguese-cased",
    "ro": "dumitrescustefan/bert-base-romanian-cased-v1",
    "ru": "DeepPavlov/rubert-base-cased",
    "sl": "EMBEDDIA/sloberta",
    "sv": "KB/bert-base-swedish-cased",
    "th": "monsoon-nlp/bert-base-thai",
    "tr": "dbmdz/bert-base-turkish-cased",
    "uk": "youscan/ukr-roberta-base",
    "zh": "bert-base-chinese",
}
MODEL: dict[str, Any] = {
    "@architectures": "kernel.TransformerModel.v3",
    "name": "roberta-base",
    "tokenizer_config": {"use_fast": True},
    "get_spans": {"@span_getters": "kernel.strided_spans.v1", "window": 128, "stride": 96},
}
_LISTENER = {
    "@architectures": "kernel.TransformerListener.v1",
    "grad_factor": 1.0,
    "pooling": {"@layers": "reduce_mean.v1"},
    "upstream": "*",
}
_TRAINING = {
    "accumulate_gradient": 3,
    "optimizer": {
        "@optimizers": "Adam.v1",
        "learn_rate": {
            "@schedules": "warmup_linear.v1",
            "initial_rate": 0.00005,
            "warmup_steps": 250,
            "total_steps": 20000,
        },
    },
    # Nothing is thrown away: what is too long for the transformer is cut into windows.
    "batcher": {
        "@batchers": "kernel.batch_by_padded.v1",
        "discard_oversize": False,
        "size": 2000,
        "buffer": 256,
    },
}


def model_for(lang: str, optimize: str) -> str:
    """The name of the transformer for a language. optimize: "efficiency" or "accuracy", which matters where there is a choice."""
    return MODELS.get(lang, MULTILINGUAL_ACCURACY if optimize == _ACCURACY else MULTILINGUAL)


def transformer(lang: str, optimize: str, gpu: bool) -> Recommendation:
    """The transformer of the language, read in overlapping windows, and the settings that it is trained with."""
    name = model_for(lang, optimize)
    system = {"system": {"gpu_allocator": "pytorch"}} if gpu else {}
    return Recommendation(
        {"model": {**MODEL, "name": name}},
        listener=_LISTENER,
        sections={"nlp": {"batch_size": 128}, "training": _TRAINING, **system},
        comments={
            "components.transformer": "What a transformer says of each word, shared by the other components.",
            "components.transformer.model.name": "A folder, or a name on the hub, downloaded the first time.",
            "training.accumulate_gradient": "A step is this many batches.",
            "training.batcher.size": "Words of a batch, counted with the padding to its longest document.",
        },
    )
