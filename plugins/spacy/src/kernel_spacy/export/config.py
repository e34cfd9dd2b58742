"""A config of ours as one that spaCy takes: its names, and only settings that its functions and sections have."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from kernel.config import Config
from kernel.errors import ConfigError
from kernel_spacy.export import encoders
from kernel_spacy.export.functions import Functions
from kernel_spacy.export.problems import Findings

# What each section of spaCy has, with what it is where ours has nothing that spaCy could take.
_NLP: dict[str, Any] = {
    "lang": None,
    "pipeline": [],
    "disabled": [],
    "before_creation": None,
    "after_creation": None,
    "after_pipeline_creation": None,
    "batch_size": 1000,
    "tokenizer": {"@tokenizers": "spacy.Tokenizer.v1"},
    "vectors": {"@vectors": "spacy.Vectors.v1"},
}
_TRAINING: dict[str, Any] = {
    "seed": 0,
    "gpu_allocator": None,
    "dropout": 0.1,
    "accumulate_gradient": 1,
    "patience": 1600,
    "max_epochs": 0,
    "max_steps": 20000,
    "eval_frequency": 200,
    "frozen_components": [],
    "annotating_components": [],
    "dev_corpus": "corpora.dev",
    "train_corpus": "corpora.train",
    "before_to_disk": None,
    "before_update": None,
    "score_weights": {},
    "logger": {"@loggers": "spacy.ConsoleLogger.v1", "progress_bar": False},
    "batcher": {
        "@batchers": "spacy.batch_by_words.v1",
        "discard_oversize": False,
        "tolerance": 0.2,
        "get_length": None,
        "size": {"@schedules": "compounding.v1", "start": 100, "stop": 1000, "compound": 1.001},
    },
    "optimizer": {"@optimizers": "Adam.v1"},
}
_INITIALIZE: dict[str, Any] = {
    "vectors": None,
    "init_tok2vec": None,
    "vocab_data": None,
    "lookups": None,
    "before_init": None,
    "after_init": None,
    "components": {},
    "tokenizer": {},
}
_SECTIONS = {"training": _TRAINING, "initialize": _INITIALIZE}
# Sections of ours that spaCy knows nothing of, besides those that packages have.
_OURS = frozenset({"plugins", "registry", "workers"})
# Settings of factories that spaCy's have not, and what they have to be.
_FACTORY_SETTINGS = {"merge_subtokens": {"label": "subtok"}}
_CALLBACKS = ("before_creation", "after_creation", "after_pipeline_creation")


def their_config(
    config: Config,
    factories: Mapping[str, str],
    deep: Collection[str],
    functions: Functions,
    defaults: Mapping[str, Any],
) -> dict[str, Any]:
    """The config of a pipeline in spaCy's names.

    factories: name of a component -> that of its factory; components that are not there are left out. deep: the components whose encoders have to be put
    together of single layers. defaults: our config of a pipeline without components. What spaCy can't do in `[nlp]` and in components is refused;
    what it can't do in sections for training is left out, with a line.
    """
    plain = config.interpolate()
    made = _translated(config, plain, factories, deep, functions, defaults)
    try:
        Config(made).interpolate()
    except ConfigError:
        functions.findings.say(
            "The config has values in the place of its variables: some referred to what is left out"
        )
        made = _translated(plain, plain, factories, deep, functions, defaults)
    return made


def _translated(
    config: Mapping[str, Any],
    plain: Mapping[str, Any],
    factories: Mapping[str, str],
    deep: Collection[str],
    functions: Functions,
    defaults: Mapping[str, Any],
) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, section in config.items():
        whole = plain[name]
        if name == "nlp":
            made[name] = _nlp(section, whole, factories, functions)
        elif name == "components":
            made[name] = {}
            for each, factory in factories.items():
                block = whole[each] if each in deep else section[each]
                made[name][each] = _component(each, block, whole[each], factory, functions)
                if each in deep:
                    made[name][each] = _in_single_layers(each, made[name][each], functions.findings)
        elif name in _SECTIONS:
            made[name] = _section(name, section, whole, functions, _SECTIONS[name], defaults.get(name, {}))
        elif name == "corpora":
            made[name] = _section(name, section, whole, functions, None, {})
        elif name == "pretraining":
            made[name] = _pretraining(section, whole, functions)
        elif name not in _OURS:
            made[name] = section
    for name, known in _SECTIONS.items():
        made.setdefault(name, known)
    made.setdefault("corpora", {})
    made.setdefault("pretraining", {})
    return made


def _in_single_layers(name: str, block: Mapping[str, Any], findings: Findings) -> dict[str, Any]:
    made: dict[str, Any] = encoders.in_single_layers(block)
    for each in encoders.leftover(made):
        findings.refuse(
            f"components.{name}",
            f"{each} of several layers computes something else at the edges of documents in spaCy, and stands where it can't be taken apart",
            "Put it into a Tok2Vec.v2, or train with spaCy's rows of zeros between documents.",
        )
    if made != block:
        findings.say(
            f"[components.{name}] has an encoder for each layer, one around the other: spaCy's encoder of several layers computes "
            "something else at the edges of documents"
        )
    return made


def _nlp(
    section: Mapping[str, Any], plain: Mapping[str, Any], factories: Mapping[str, str], functions: Functions
) -> dict[str, Any]:
    made = {**_NLP}
    for key, value in section.items():
        if key in _NLP:
            made[key] = functions.translated(value, plain[key], f"nlp.{key}", _way_out(key))
        elif plain[key] not in (None, "", [], {}, False):
            functions.findings.say(f"[nlp] {key} is left out: spaCy has nothing like it")
    for key in ("pipeline", "disabled"):
        made[key] = [name for name in plain.get(key, []) if name in factories]
    return made


def _way_out(key: str) -> str:
    if key in _CALLBACKS:
        return (
            f"Its work may be done already, and be saved with the pipeline: then set nlp.config['nlp']['{key}'] = None. "
            "Otherwise register a function of that name with spaCy too."
        )
    return "Take one that spaCy has."


def _component(
    name: str, block: Mapping[str, Any], plain: Mapping[str, Any], factory: str, functions: Functions
) -> dict[str, Any]:
    own = _FACTORY_SETTINGS.get(factory, {})
    made = {}
    for key, value in block.items():
        path = f"components.{name}.{key}"
        if key == "factory":
            made[key] = factory
        elif key in own:
            if plain[key] != own[key]:
                functions.findings.refuse(
                    path,
                    f"it is {plain[key]!r}, and always {own[key]!r} in spaCy",
                    f"Set it to {own[key]!r}, or leave the component out.",
                )
        elif key == "scorer" and isinstance(value, Mapping):
            # It takes no part in predictions.
            scorer = functions.tried(value, plain[key])
            if scorer is not None:
                made[key] = scorer
            else:
                functions.findings.say(
                    f"[{path}] is left out: spaCy takes its own, which may score another way"
                )
        else:
            made[key] = functions.translated(value, plain[key], path)
    return made


def _section(
    name: str,
    section: Mapping[str, Any],
    plain: Mapping[str, Any],
    functions: Functions,
    known: Mapping[str, Any] | None,
    defaults: Mapping[str, Any],
) -> dict[str, Any]:
    """A section that takes no part in predictions. known: its settings in spaCy with what they are by default; None if it takes any."""
    made, lost = dict(known or {}), []
    for key, value in section.items():
        path = f"{name}.{key}"
        if known is not None and key not in known:
            if plain[key] != defaults.get(key):
                lost.append(key)
        elif value is None or (translated := functions.tried(value, plain[key])) is not None:
            made[key] = None if value is None else translated
        else:
            functions.findings.say(
                f"[{path}] is left out: it names a function that spaCy has not, or a setting that its function has not"
            )
    if lost:
        functions.findings.say(f"[{name}] {', '.join(lost)}: left out, spaCy has nothing like it")
    return made


def _pretraining(
    section: Mapping[str, Any], plain: Mapping[str, Any], functions: Functions
) -> dict[str, Any]:
    if not section:
        return {}
    made = functions.tried(section, plain)
    if made is None:
        functions.findings.say("[pretraining] is left out: it names a function that spaCy has not")
        return {}
    return dict(made)
