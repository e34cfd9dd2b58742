"""Names known without importing their owners: thinc's own, and which package provides ours.

A test compares thinc's names with the installed thinc.
"""

from __future__ import annotations


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


THINC_NAMES: dict[str, frozenset[str]] = {
    "optimizers": _names("Adam.v1 RAdam.v1 SGD.v1"),
    "schedules": _names(
        """compounding.v1 constant.v1 constant_then.v1 cyclic_triangular.v1 decaying.v1 slanted_triangular.v1
        warmup_linear.v1"""
    ),
    "losses": _names(
        """CategoricalCrossentropy.v1 CategoricalCrossentropy.v2 CategoricalCrossentropy.v3 CosineDistance.v1
        L2Distance.v1 SequenceCategoricalCrossentropy.v1 SequenceCategoricalCrossentropy.v2
        SequenceCategoricalCrossentropy.v3"""
    ),
    "initializers": _names(
        """glorot_normal_init.v1 glorot_uniform_init.v1 he_normal_init.v1 he_uniform_init.v1 lecun_normal_init.v1
        lecun_uniform_init.v1 normal_init.v1 uniform_init.v1 zero_init.v1"""
    ),
    "ops": _names("CupyOps MPSOps NumpyOps"),
    "layers": _names(
        """CauchySimilarity.v1 ClippedLinear.v1 Dish.v1 Dropout.v1 Embed.v1 Gelu.v1 HardSigmoid.v1 HardSwish.v1
        HardSwishMobilenet.v1 HardTanh.v1 HashEmbed.v1 LSTM.v1 LayerNorm.v1 Linear.v1 Logistic.v1 MXNetWrapper.v1
        Maxout.v1 Mish.v1 MultiSoftmax.v1 ParametricAttention.v1 ParametricAttention.v2 PyTorchLSTM.v1
        PyTorchRNNWrapper.v1 PyTorchWrapper.v1 PyTorchWrapper.v2 PyTorchWrapper.v3 Relu.v1 ReluK.v1 Sigmoid.v1
        Softmax.v1 Softmax.v2 SparseLinear.v1 SparseLinear.v2 Swish.v1 add.v1 bidirectional.v1 chain.v1 clone.v1
        concatenate.v1 expand_window.v1 list2array.v1 list2padded.v1 list2ragged.v1 noop.v1 padded2list.v1
        premap_ids.v1 ragged2list.v1 reduce_first.v1 reduce_last.v1 reduce_max.v1 reduce_mean.v1 reduce_sum.v1
        remap_ids.v1 remap_ids.v2 residual.v1 resizable.v1 siamese.v1 sigmoid_activation.v1 softmax_activation.v1
        strings2arrays.v1 tuplify.v1 uniqued.v1 with_array.v1 with_array2d.v1 with_cpu.v1 with_flatten.v1
        with_flatten.v2 with_getitem.v1 with_list.v1 with_padded.v1 with_ragged.v1 with_reshape.v1"""
    ),
}

# The package that provides our names of each kind; kinds of the kernel itself are absent.
_OWNERS = {
    "architectures": "kernel-nlp-architectures",
    "layers": "kernel-nlp-architectures",
    "factories": "kernel-nlp-components",
    "scorers": "kernel-nlp-components",
    "readers": "kernel-nlp-readers",
    "converters": "kernel-nlp-readers",
    "writers": "kernel-nlp-readers",
    "augmenters": "kernel-nlp-augmenters",
    "batchers": "kernel-nlp-batchers",
    "callbacks": "kernel-nlp-callbacks",
    "loggers": "kernel-nlp-callbacks",
    "languages": "kernel-nlp-languages",
    "lookups": "kernel-nlp-components",
    "span_getters": "kernel-nlp-transformers",
    "workers": "kernel-nlp-workers",
    "annotation_setters": "kernel-nlp-transformers",
}

# Entry-point group -> the words before the name of a command there.
COMMAND_GROUPS = {
    "kernel_cli": "kernel",
    **{f"kernel_cli_{name}": f"kernel {name}" for name in ("debug", "init", "plugins", "registry")},
}
COMMAND_KINDS = frozenset(group.removeprefix("kernel_") for group in COMMAND_GROUPS)

# Who may call its names `kernel.<Name>.v<N>`.
FIRST_PARTY = frozenset(
    {
        "kernel-nlp",
        "kernel-nlp-jax",
        "kernel-nlp-linking",
        "kernel-nlp-matchers",
        "kernel-nlp-onnx",
        "kernel-nlp-pretraining",
        "kernel-nlp-quickstart",
        "kernel-nlp-ray",
        "kernel-nlp-render",
        "kernel-nlp-report",
        "kernel-nlp-spacy",
        "kernel-nlp-torch",
        *_OWNERS.values(),
    }
)

# Names of ours that another package has than the rest of their kind.
_BY_RULES = _names(
    """attribute_ruler entity_ruler future_entity_ruler span_ruler kernel.attribute_ruler_scorer.v1 kernel.entity_ruler_scorer.v1
    kernel.overlapping_labeled_spans_scorer.v1 kernel.first_longest_spans_filter.v1 kernel.prioritize_existing_ents_filter.v1
    kernel.prioritize_new_ents_filter.v1 kernel.levenshtein_compare.v1"""
)
_OF_LINKING = _names(
    """entity_linker kernel.entity_linker_scorer.v1 kernel.EmptyKB.v1 kernel.EmptyKB.v2 kernel.KBFromFile.v1 kernel.KBFromJsonl.v1
    kernel.CandidateGenerator.v1 kernel.CandidateBatchGenerator.v1"""
)
# Languages of which only the rules of their script are there: nothing to lend.
_OF_SCRIPTS = _names(
    """af am az bg bn bo cs dsb et eu fa fo ga gd grc gu hr hsb ht hu hy is ja kmr kn ky la lb lg lij lt lv mk ml mr ms ne nn
    sa si sk sl sq sr ta te th ti tl tn tt ur vi yo"""
)
# Names without our prefix that are known to be ours.
_BARE_NAMES = {
    "factories": _names(
        "doc_cleaner lemmatizer merge_entities merge_noun_chunks merge_subtokens morphologizer ner parser senter "
        "sentencizer span_finder spancat spancat_singlelabel tagger textcat textcat_multilabel tok2vec token_splitter "
        "trainable_lemmatizer"
    ),
    "languages": _names("ar ca da de el en es fi fr he hi id it ko nb nl pl pt ro ru sv tr uk xx zh")
    | _OF_SCRIPTS,
}

# What the field has, and no package of ours provides yet.
_AWAITED = {
    "factories": _names("""curated_transformer span_cleaner"""),
}
# Modules that the field has, with all that they contain.
_AWAITED_MODULES = (
    "kernel.lang.norm_exceptions",
    *(f"kernel.lang.{code}" for code in sorted(_OF_SCRIPTS)),
    *(
        f"kernel.pipeline.{name}"
        for name in [
            "functions",
            "span_finder",
            "spancat",
        ]
    ),
)
# What the field has and kernel will not have: the reason, and what to do instead. Names count with our prefix, the field's, and
# without one.
_WRAPPERS = "For networks of other frameworks there are kernel.PyTorchWrapper.v1 and kernel.JaxWrapper.v1."
_NO_TENSORFLOW = (
    "thinc's wrapper doesn't work with any TensorFlow that runs on the Pythons of kernel: Keras 3 lacks what it calls, and "
    "Keras 2 ends the process"
)
_NO_BEAM = (
    "a beam follows many analyses of every text and takes many times as long; kernel follows one, and learns from its own mistakes on "
    "the way"
)
_REFUSED = {
    "layers": {
        "TensorFlowWrapper.v1": (_NO_TENSORFLOW, _WRAPPERS),
        "MXNetWrapper.v1": (
            "MXNet is no longer maintained, and its last release takes numpy before version 2",
            _WRAPPERS,
        ),
    },
    "factories": {
        f"beam_{name}": (
            _NO_BEAM,
            f"Take '{name}', which has the same settings but beam_width, beam_density and beam_update_prob.",
        )
        for name in ("ner", "parser")
    },
}
# What names begin with in configs of the field; here it is our prefix.
_OURS, _THEIRS = "kernel.", ("spacy.", "spacy-legacy.", "spacy-transformers.", "srsly.")


# Sections of configs, and modules with all that they contain, that are known to be our packages'.
_PLACES = {
    "sections": {"pretraining": "kernel-nlp-pretraining", "training.workers": "kernel-nlp-workers"},
    "workers": {"kernel.ray.v1": "kernel-nlp-ray"},
    "modules": {
        "kernel.displacy": "kernel-nlp-render",
        "kernel.kb": "kernel-nlp-linking",
        "kernel.lang": "kernel-nlp-languages",
        "kernel.matcher": "kernel-nlp-matchers",
        "kernel.ml": "kernel-nlp-architectures",
        "kernel.pipeline.attributeruler": "kernel-nlp-matchers",
        "kernel.pipeline.entity_linker": "kernel-nlp-linking",
        "kernel.pipeline.entityruler": "kernel-nlp-matchers",
        "kernel.pipeline.span_ruler": "kernel-nlp-matchers",
        "kernel.pipeline": "kernel-nlp-components",
        **{
            f"kernel.{name}": "kernel-nlp-names"
            for name in _names(
                """about attrs compat glossary gold lexeme lookups morphology parts_of_speech pipe_analysis
                strings symbols util vectors"""
            )
        },
    },
}


def provider(kind: str, name: str) -> str | None:
    """The package known to provide a name of ours, None if the name isn't known to be ours."""
    if kind in _PLACES:
        return next(
            (owner for place, owner in _PLACES[kind].items() if f"{name}.".startswith(f"{place}.")), None
        )
    if name in _BY_RULES:
        return "kernel-nlp-matchers"
    if name in _OF_LINKING:
        return "kernel-nlp-linking"
    if (kind, name) == ("writers", "kernel.html.v1"):
        return "kernel-nlp-render"
    if name == "transformer" or (name.startswith("kernel.") and "Transformer" in name):
        return "kernel-nlp-transformers"
    if name.startswith(("kernel.Torch", "kernel.PyTorch", "kernel.torch")):
        return "kernel-nlp-torch"
    if name.startswith("kernel.Jax"):
        return "kernel-nlp-jax"
    if name.startswith("kernel.Onnx"):
        return "kernel-nlp-onnx"
    if name.startswith("kernel.Pretrain"):
        return "kernel-nlp-pretraining"
    if name.startswith(_THEIRS):
        return "kernel-nlp-spacy"
    if name.startswith("kernel.") or name in _BARE_NAMES.get(kind, ()):
        return _OWNERS.get(kind)
    return None


def our_name(name: str) -> str:
    """What a function of the field is called here, where it is there; other names stay."""
    theirs = next((prefix for prefix in _THEIRS if name.startswith(prefix)), None)
    return _OURS + name.removeprefix(theirs) if theirs else name


def is_awaited(kind: str, name: str) -> bool:
    """Whether a name is known in the field, or belongs to a package of ours, and nothing provides it yet."""
    if kind == "modules":
        return any(f"{name}.".startswith(f"{path}.") for path in _AWAITED_MODULES)
    return name in _AWAITED.get(kind, ())


def refusal(kind: str, name: str) -> str | None:
    """Why kernel has no function of a name that the field has, None if it isn't one of those."""
    return _refused(kind, name)[0]


def way_out(kind: str, name: str) -> str | None:
    """What to take in place of a name that is refused, a sentence; None if it isn't one of those."""
    return _refused(kind, name)[1]


def _refused(kind: str, name: str) -> tuple[str, str] | tuple[None, None]:
    prefix, _, bare = name.partition(".")
    return _REFUSED.get(kind, {}).get(bare if prefix in ("kernel", "spacy") else name, (None, None))
