"""English base noun phrases, told by the parse: a noun in one of some roles with what stands before it and belongs to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from kernel.errors import DataError
from kernel.tokens import Doc, Span, Token

_NOMINAL = frozenset({"NOUN", "PROPN", "PRON"})
# Labels of ClearNLP, which English pipelines of the field are trained with.
_ROLES = frozenset({"ROOT", "appos", "attr", "dative", "dobj", "nsubj", "nsubjpass", "oprd", "pcomp", "pobj"})


def noun_chunks(doclike: Doc | Span) -> Iterator[tuple[int, int, int]]:
    """(start, end, number of the label NP) of each phrase; none is inside of another. `DataError` without a parse."""
    doc = doclike if isinstance(doclike, Doc) else doclike.doc
    if not doc.has_annotation("DEP"):
        raise DataError("noun chunks are told by the parse, and the document has none")
    label = doc.vocab.strings.add("NP")
    end = 0
    known: dict[int, str] = {}
    for token in doclike:
        if token.pos_ not in _NOMINAL or _role(token, known) not in _ROLES:
            continue
        start = token.left_edge.i
        if start >= end:
            end = token.i + 1
            yield start, end, label


def _role(token: Token, known: dict[int, str]) -> str:
    """The label of a token; of a conjunct that of the first one of its coordination. known: those of tokens, kept here."""
    chain = []
    while token.i not in known and token.dep_ == "conj" and token.head.i < token.i:
        chain.append(token.i)
        token = token.head
    role: str = known.get(token.i, token.dep_)
    known.update(dict.fromkeys([token.i, *chain], role))
    return role


SYNTAX_ITERATORS: dict[str, Callable[..., Any]] = {"noun_chunks": noun_chunks}
