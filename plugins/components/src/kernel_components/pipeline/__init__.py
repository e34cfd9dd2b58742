"""Components by the names of their classes: the module `kernel.pipeline`. What is asked for is imported, and nothing else."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from kernel.registries.modules import absent

if TYPE_CHECKING:
    from kernel.component import Component as Pipe
    from kernel.component import TrainableComponent as TrainablePipe
    from kernel_components.lemmatizer.component import Lemmatizer
    from kernel_components.merging.entities import merge_entities
    from kernel_components.merging.noun_chunks import merge_noun_chunks
    from kernel_components.merging.subtokens import merge_subtokens
    from kernel_components.morphologizer.component import Morphologizer
    from kernel_components.ner.component import EntityRecognizer
    from kernel_components.parser.component import DependencyParser
    from kernel_components.sentencizer.component import Sentencizer
    from kernel_components.senter.component import SentenceRecognizer
    from kernel_components.span_finder.component import SpanFinder
    from kernel_components.spancat.component import SpanCategorizer
    from kernel_components.tagger.component import Tagger
    from kernel_components.textcat.component import TextCategorizer
    from kernel_components.textcat.multilabel import MultiLabelTextCategorizer as MultiLabel_TextCategorizer
    from kernel_components.tok2vec.component import Tok2Vec
    from kernel_components.trainable_lemmatizer.component import EditTreeLemmatizer

__all__ = [
    "DependencyParser",
    "EditTreeLemmatizer",
    "EntityRecognizer",
    "Lemmatizer",
    "Morphologizer",
    "MultiLabel_TextCategorizer",
    "Pipe",
    "SentenceRecognizer",
    "Sentencizer",
    "SpanCategorizer",
    "SpanFinder",
    "Tagger",
    "TextCategorizer",
    "Tok2Vec",
    "TrainablePipe",
    "merge_entities",
    "merge_noun_chunks",
    "merge_subtokens",
]
# Class or function -> the module in this folder that has it.
_MODULES = {
    "DependencyParser": "dep_parser",
    "EditTreeLemmatizer": "edit_tree_lemmatizer",
    "EntityRecognizer": "ner",
    "Lemmatizer": "lemmatizer",
    "Morphologizer": "morphologizer",
    "MultiLabel_TextCategorizer": "textcat_multilabel",
    "Pipe": "pipe",
    "SentenceRecognizer": "senter",
    "Sentencizer": "sentencizer",
    "SpanCategorizer": "spancat",
    "SpanFinder": "span_finder",
    "Tagger": "tagger",
    "TextCategorizer": "textcat",
    "Tok2Vec": "tok2vec",
    "TrainablePipe": "trainable_pipe",
    "merge_entities": "functions",
    "merge_noun_chunks": "functions",
    "merge_subtokens": "functions",
}
# Class or function -> the module of `kernel.pipeline` where the field has it. Another package lends that, or none yet.
_ELSEWHERE = {
    "AttributeRuler": "attributeruler",
    "EntityLinker": "entity_linker",
    "EntityRuler": "entityruler",
    "SpanRuler": "span_ruler",
}


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    if name not in _ELSEWHERE and name not in _ELSEWHERE.values():
        raise AttributeError(f"module 'kernel.pipeline' has no attribute {name!r}")
    path = f"kernel.pipeline.{_ELSEWHERE.get(name, name)}"
    try:
        found = import_module(path)
    except ImportError as error:
        if error.name != path:
            raise
        reason = str(error).partition(": ")[2] or "no package that is installed has it"
    else:
        return getattr(found, name) if name in _ELSEWHERE else found
    raise absent("kernel.pipeline", name, f"kernel.pipeline.{name}: {reason}")
