"""Spans of parsed documents: subtrees and base noun phrases."""

from collections.abc import Callable, Sequence
from typing import Any

from thinc.api import Ragged

from kernel.errors import DataError
from kernel.tokens import Doc
from kernel_components.suggesters.places import pairs_as_ragged


class ParsedSuggester:
    """Spans that follow from the parse of a document. requires: what a pipeline must set before."""

    def __init__(
        self, name: str, spans_of: Callable[[Doc], Sequence[tuple[int, int]]], *requires: str
    ) -> None:
        self._name, self._spans_of, self.requires = name, spans_of, requires

    def __call__(self, docs: Sequence[Doc], *, ops: Any = None) -> Ragged:
        for number, doc in enumerate(docs):
            if len(doc) and not doc.has_annotation("DEP"):
                raise DataError(
                    f"{self._name} needs a parsed document",
                    document=number,
                    hint="A parser must run before: in training, name it in annotating_components of [training].",
                )
        return pairs_as_ragged([self._spans_of(doc) if len(doc) else () for doc in docs], ops)


def build_subtree_suggester() -> Callable[..., Ragged]:
    """Suggest the subtree of every token of a parsed document, from its left to its right edge, in the order of the tokens. What
    is the same for several tokens is suggested once.
    """
    return ParsedSuggester("subtree_suggester", _subtrees, "token.dep", "token.head")


def build_chunk_suggester() -> Callable[..., Ragged]:
    """Suggest the base noun phrases of a parsed document, `doc.noun_chunks`."""
    return ParsedSuggester("chunk_suggester", _chunks, "token.dep", "token.head", "token.pos")


def _subtrees(doc: Doc) -> list[tuple[int, int]]:
    return list(dict.fromkeys((token.left_edge.i, token.right_edge.i + 1) for token in doc))


def _chunks(doc: Doc) -> list[tuple[int, int]]:
    return [(chunk.start, chunk.end) for chunk in doc.noun_chunks]
