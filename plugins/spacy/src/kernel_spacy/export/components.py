"""What spaCy saves of each component: files in its folder, made from one of ours.

A function is called with the component and the pipeline, and returns `Saved`. It raises `Unsupported` for what spaCy could not read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kernel.errors import Unsupported, UsageError
from kernel.vocab.packing import pack
from kernel_spacy.export.vocab import tables_to_bytes
from kernel_spacy.export.weights import model_to_bytes


@dataclass
class Saved:
    """Files of a component. beside: those that lie beside its folder, by what comes after its name. strings: what the vocab has to know."""

    files: Mapping[str, bytes] = field(default_factory=dict)
    beside: Mapping[str, bytes] = field(default_factory=dict)
    strings: Sequence[str] = ()


Write = Callable[[Any, Any], Saved]
_BEAM = {"beam_width": 1, "beam_density": 0.0, "beam_update_prob": 0.0}


def _json(value: Any) -> bytes:
    return json.dumps(value, indent=2, ensure_ascii=False).encode("utf-8")


def _settings(component: Any, *names: str) -> dict[str, Any]:
    return {name: component.cfg[name] for name in names if name in component.cfg}


def _with_model(component: Any, cfg: Mapping[str, Any], **files: bytes) -> Saved:
    made = {"cfg": _json(cfg), **files, "model": model_to_bytes(component.model)}
    return Saved(made, strings=list(component.labels))


def _labelled(*settings: str) -> Write:
    """One whose labels are in its settings, in the order of the outputs."""

    def write(component: Any, nlp: Any) -> Saved:
        return _with_model(component, {"labels": list(component.labels), **_settings(component, *settings)})

    return write


def _unlabelled(*settings: str) -> Write:
    """One whose outputs are always the same."""

    def write(component: Any, nlp: Any) -> Saved:
        return _with_model(component, _settings(component, *settings))

    return write


def _morphologizer(component: Any, nlp: Any) -> Saved:
    """A label such as `Number=Plur|POS=NOUN` says its features and its part of speech."""
    features, pos = {}, {}
    for label in component.labels:
        parts = label.split("|")
        features[label] = "|".join(part for part in parts if not part.startswith("POS="))
        tags = [part.removeprefix("POS=") for part in parts if part.startswith("POS=")]
        pos[label] = int(nlp.vocab.strings[tags[0]]) if tags else 0
    cfg = {
        "labels_morph": features,
        "labels_pos": pos,
        **_settings(component, "overwrite", "extend", "label_smoothing"),
    }
    return _with_model(component, cfg)


def _transitions(component: Any, nlp: Any) -> Saved:
    cfg = {
        "moves": None,
        "multitasks": [],
        "min_action_freq": 1,
        "learn_tokens": False,
        "incorrect_spans_key": None,
        **_BEAM,
        **_settings(
            component, "update_with_oracle_cut_size", "min_action_freq", "learn_tokens", "incorrect_spans_key"
        ),
    }
    return _with_model(component, cfg, moves=component.moves_to_bytes())


def _trainable_lemmatizer(component: Any, nlp: Any) -> Saved:
    """Trees have numbers of strings there; labels are numbers of trees."""
    plain = json.loads(component.trees_to_bytes())
    strings = [node[key] for node in plain["trees"] for key in ("orig", "subst") if node.get(key)]
    trees = [
        {**node, **{key: int(nlp.vocab.strings[node[key]]) if node[key] else 0 for key in ("orig", "subst")}}
        if "orig" in node
        else node
        for node in plain["trees"]
    ]
    made = _with_model(component, {"labels": plain["labels"]}, trees=pack({"trees": trees}))
    return Saved(made.files, strings=strings)


def _attribute_ruler(component: Any, nlp: Any) -> Saved:
    return Saved({"patterns": component.files()["patterns"].write()})


def _span_ruler(component: Any, nlp: Any) -> Saved:
    return Saved({"patterns": component.files()["patterns"].write()}, strings=list(component.labels))


def _entity_ruler(component: Any, nlp: Any) -> Saved:
    files = component.files()
    made = {name: files[name].write() for name in ("cfg", "patterns.jsonl")}
    return Saved(made, strings=list(component.labels))


def _sentencizer(component: Any, nlp: Any) -> Saved:
    return Saved(beside={".json": _json(_settings(component, "punct_chars", "overwrite"))})


def _lemmatizer(component: Any, nlp: Any) -> Saved:
    return Saved({"lookups/lookups.bin": tables_to_bytes(component.lookups)})


def _entity_linker(component: Any, nlp: Any) -> Saved:
    kb = component.kb
    if not hasattr(kb, "field_files"):
        raise Unsupported(
            f"its knowledge base is a {type(kb).__name__}, which spaCy has no file for",
            hint="Take an InMemoryLookupKB, or leave the component out.",
        )
    made = _with_model(component, _settings(component, "overwrite"))
    return Saved({**made.files, **{f"kb/{name}": data for name, data in kb.field_files().items()}})


def _transformer(component: Any, nlp: Any) -> Saved:
    """Network and tokenizer lie in the file of the model."""
    cfg = {"max_batch_items": component.max_batch_items}
    return Saved({"cfg": _json(cfg), "model": model_to_bytes(component.model)})


def _doc_cleaner(component: Any, nlp: Any) -> Saved:
    return Saved({"cfg": _json(_settings(component, "attrs", "silent"))})


def _token_splitter(component: Any, nlp: Any) -> Saved:
    return Saved({"cfg": _json(_settings(component, "min_length", "split_length"))})


def _nothing(component: Any, nlp: Any) -> Saved:
    return Saved()


_SPANCAT = _labelled("spans_key", "threshold", "max_positive", "negative_weight", "allow_overlap")

WRITERS: dict[str, Write] = {
    "attribute_ruler": _attribute_ruler,
    "doc_cleaner": _doc_cleaner,
    "entity_linker": _entity_linker,
    "entity_ruler": _entity_ruler,
    "future_entity_ruler": _span_ruler,
    "lemmatizer": _lemmatizer,
    "merge_entities": _nothing,
    "merge_noun_chunks": _nothing,
    "merge_subtokens": _nothing,
    "morphologizer": _morphologizer,
    "ner": _transitions,
    "parser": _transitions,
    "senter": _unlabelled("overwrite"),
    "sentencizer": _sentencizer,
    "span_finder": _unlabelled("spans_key", "threshold", "max_length", "min_length"),
    "span_ruler": _span_ruler,
    "spancat": _SPANCAT,
    "spancat_singlelabel": _SPANCAT,
    "tagger": _labelled("overwrite", "neg_prefix", "label_smoothing"),
    "textcat": _labelled("threshold", "positive_label"),
    "textcat_multilabel": _labelled("threshold", "positive_label"),
    "tok2vec": _unlabelled(),
    "token_splitter": _token_splitter,
    "transformer": _transformer,
    "trainable_lemmatizer": _trainable_lemmatizer,
}
"""Name of a factory that spaCy has -> what writes its components."""


def write_component(factory: str, component: Any, nlp: Any) -> Saved:
    """The files of a component. `Unsupported` if spaCy could not read or compute it."""
    try:
        return WRITERS[factory](component, nlp)
    except UsageError as error:
        raise Unsupported(error.message, hint=error.hint) from error
