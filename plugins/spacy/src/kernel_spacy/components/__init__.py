"""Components of spaCy: for each factory, the function that gives one of ours what spaCy's has saved.

Such a function is called with the source, the name of the component, and the pipeline that has one of that name, without
data, made by the factory and settings of the config. It reads `<name>/...` of the source, and gives the component labels, weights and tables. It
returns lines for people: what was left out, and what will not be quite as in spaCy; none if all is well. `DataError` for data
that can't be read, or can't be carried over at all.
"""

from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any

from kernel_spacy.source import Source

Carry = Callable[[Source, str, Any], Iterable[str]]

# spaCy's name of a factory -> where its function is; None for components that save nothing.
CARRIERS: dict[str, str | None] = {
    "beam_ner": "kernel_spacy.components.transitions:carry_ner",
    "beam_parser": "kernel_spacy.components.transitions:carry_parser",
    "attribute_ruler": "kernel_spacy.components.attribute_ruler:carry",
    "doc_cleaner": "kernel_spacy.components.settings:carry",
    "entity_linker": "kernel_spacy.components.entity_linker:carry",
    "entity_ruler": "kernel_spacy.components.rulers:carry_entity_ruler",
    "future_entity_ruler": "kernel_spacy.components.rulers:carry_span_ruler",
    "lemmatizer": "kernel_spacy.components.lemmatizer:carry",
    "merge_entities": None,
    "merge_noun_chunks": None,
    "merge_subtokens": None,
    "morphologizer": "kernel_spacy.components.morphologizer:carry",
    "ner": "kernel_spacy.components.transitions:carry_ner",
    "parser": "kernel_spacy.components.transitions:carry_parser",
    "sentencizer": "kernel_spacy.components.settings:carry_sentencizer",
    "senter": "kernel_spacy.components.senter:carry",
    "span_finder": "kernel_spacy.components.spans:carry_span_finder",
    "span_ruler": "kernel_spacy.components.rulers:carry_span_ruler",
    "spancat": "kernel_spacy.components.spans:carry_spancat",
    "spancat_singlelabel": "kernel_spacy.components.spans:carry_spancat",
    "tagger": "kernel_spacy.components.tagger:carry",
    "textcat": "kernel_spacy.components.textcat:carry",
    "textcat_multilabel": "kernel_spacy.components.textcat:carry",
    "tok2vec": "kernel_spacy.components.tok2vec:carry",
    "token_splitter": "kernel_spacy.components.settings:carry",
    "trainable_lemmatizer": "kernel_spacy.components.trainable_lemmatizer:carry",
    "transformer": "kernel_spacy.components.transformer:carry",
}


def nothing(source: Source, name: str, nlp: Any) -> list[str]:
    """For components that save nothing."""
    return []


def carrier(factory: str) -> Carry | None:
    """The function for a factory, None if there is none."""
    if factory not in CARRIERS:
        return None
    place = CARRIERS[factory]
    if place is None:
        return nothing
    module, _, attribute = place.partition(":")
    found: Carry = getattr(import_module(module), attribute)
    return found
