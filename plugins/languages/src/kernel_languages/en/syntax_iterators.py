"""English base noun phrases, told by the parse: a noun in one of some roles with what stands before it and belongs to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from kernel.errors import DataError
from kernel.tokens import Doc, Span, Token

_NOMINAL = frozenset({"NOUN", "PROPN", "PRON"})
# Labels of ClearNLP, which English pipelines of the field are trained with.
_ROLES = frozenset({"ROOT", "appos", "attr", "dative", "dobj", "nsubj", "nsubjpass", "oprd", "pcomp", "pobj"})
# Labels of Universal Dependencies, without their subtypes, and those with a subtype that have another role.
_UNIVERSAL_ROLES = frozenset({
    "ROOT", "root", "appos", "dislocated", "iobj", "nmod", "nsubj", "obj", "obl", "orphan", "vocative",
})  # fmt: skip
_UNIVERSAL_OTHERS = frozenset(
    {"nmod:desc", "nmod:poss", *(f"{x}:{y}" for x in ("nmod", "obl") for y in ("npmod", "tmod", "unmarked"))}
)
# The rest of a name, which follows its first word.
_UNIVERSAL_NAMES = frozenset({"flat", "goeswith"})
# What stands before a noun and belongs to its phrase; not its preposition, its copula or its subject.
_UNIVERSAL_MODIFIERS = frozenset({"advmod", "amod", "compound", "det", "flat", "goeswith", "nmod", "nummod"})
# Labels that ClearNLP does not have. A "case" before its head is a preposition; there it follows, and is the 's.
_UNIVERSAL_ONLY = frozenset({"cop", "fixed", "flat", "iobj", "obj", "obl", "root"})


def noun_chunks(doclike: Doc | Span) -> Iterator[tuple[int, int, int]]:
    """(start, end, number of the label NP) of each phrase; none is inside of another. `DataError` without a parse.

    The labels of the parse are those of ClearNLP or of Universal Dependencies, which is seen from the tokens given. In the latter a
    preposition depends on its noun, and is left out of the phrase, so that phrases are the same under both.
    """
    doc = doclike if isinstance(doclike, Doc) else doclike.doc
    if not doc.has_annotation("DEP"):
        raise DataError("noun chunks are told by the parse, and the document has none")
    label = doc.vocab.strings.add("NP")
    is_universal = any(map(_is_universal, doclike))
    has_role, borders = (_has_universal_role, _universal_borders) if is_universal else (_has_role, _borders)
    end = 0
    known: dict[int, str] = {}
    for token in doclike:
        if token.pos_ not in _NOMINAL or not has_role(_role(token, known)):
            continue
        start, after = borders(token)
        if start >= end:
            end = after
            yield start, end, label


def _is_universal(token: Token) -> bool:
    label = token.dep_
    return ":" in label or label in _UNIVERSAL_ONLY or (label == "case" and token.i < token.head.i)


def _has_role(label: str) -> bool:
    return label in _ROLES


def _has_universal_role(label: str) -> bool:
    return label not in _UNIVERSAL_OTHERS and label.partition(":")[0] in _UNIVERSAL_ROLES


def _borders(token: Token) -> tuple[int, int]:
    return token.left_edge.i, token.i + 1


def _universal_borders(token: Token) -> tuple[int, int]:
    """Start and end of a phrase: before the noun all up to the first that is no modifier of it, behind it the rest of a name."""
    start, end = token.i, token.i + 1
    for child in reversed(list(token.lefts)):
        if child.dep_.partition(":")[0] in _UNIVERSAL_MODIFIERS:
            start = child.left_edge.i
        elif child.dep_ != "punct":
            break
    for child in token.rights:
        if child.dep_.partition(":")[0] not in _UNIVERSAL_NAMES or child.left_edge.i != end:
            break
        end = child.right_edge.i + 1
    return start, end


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
