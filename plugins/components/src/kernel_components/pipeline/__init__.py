"""Components by the names of their classes: the module `kernel.pipeline`. What is asked for is imported, and nothing else."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from kernel.registries.modules import absent

if TYPE_CHECKING:
    from kernel.component import Component as Pipe
    from kernel.component import TrainableComponent as TrainablePipe
    from kernel_components.morphologizer.component import Morphologizer
    from kernel_components.ner.component import EntityRecognizer
    from kernel_components.sentencizer.component import Sentencizer
    from kernel_components.senter.component import SentenceRecognizer
    from kernel_components.tagger.component import Tagger
    from kernel_components.textcat.component import TextCategorizer
    from kernel_components.textcat.multilabel import MultiLabelTextCategorizer as MultiLabel_TextCategorizer
    from kernel_components.tok2vec.component import Tok2Vec
    from kernel_components.trainable_lemmatizer.component import EditTreeLemmatizer

__all__ = [
    "EditTreeLemmatizer",
    "EntityRecognizer",
    "Morphologizer",
    "MultiLabel_TextCategorizer",
    "Pipe",
    "SentenceRecognizer",
    "Sentencizer",
    "Tagger",
    "TextCategorizer",
    "Tok2Vec",
    "TrainablePipe",
]
# Class -> the module in this folder that has it.
_MODULES = {
    "EditTreeLemmatizer": "edit_tree_lemmatizer",
    "EntityRecognizer": "ner",
    "Morphologizer": "morphologizer",
    "MultiLabel_TextCategorizer": "textcat_multilabel",
    "Pipe": "pipe",
    "SentenceRecognizer": "senter",
    "Sentencizer": "sentencizer",
    "Tagger": "tagger",
    "TextCategorizer": "textcat",
    "Tok2Vec": "tok2vec",
    "TrainablePipe": "trainable_pipe",
}
# What the field has here, and we have not yet.
_AWAITED = frozenset(
    [
        "AttributeRuler",
        "DependencyParser",
        "EntityLinker",
        "EntityRuler",
        "Lemmatizer",
        "SpanCategorizer",
        "SpanFinder",
        "SpanRuler",
        "merge_entities",
        "merge_noun_chunks",
        "merge_subtokens",
    ]
)


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    if name in _AWAITED:
        said = f"kernel.pipeline.{name} is not there yet: see migrate.md of the documentation"
        raise absent("kernel.pipeline", name, said)
    raise AttributeError(f"module 'kernel.pipeline' has no attribute {name!r}")
