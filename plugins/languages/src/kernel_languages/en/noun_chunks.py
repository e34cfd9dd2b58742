"""Base noun phrases of English, from a dependency parse: noun phrases without others inside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kernel.errors import DataError
from kernel.vocab import attrs
from kernel.vocab.strings import hash_string
from kernel.vocab.symbols import SYMBOLS

# What a phrase is headed by, and what its head can be to the rest of the sentence.
_HEADS = frozenset(SYMBOLS[name] for name in ("NOUN", "PROPN", "PRON"))
_ROLES = frozenset(
    hash_string(name)
    for name in ("nsubj", "nsubjpass", "dobj", "pobj", "pcomp", "dative", "appos", "attr", "oprd", "ROOT")
)
_CONJUNCT = hash_string("conj")


def noun_chunks(doclike: Any) -> Iterator[tuple[int, int, str]]:
    """(first token, token after the last, "NP") of each base noun phrase of a Doc or Span, left to right.

    A phrase reaches from the left edge of its noun to the noun. One that overlaps with the phrase before is none. A conjunct
    is one if the first of what it is coordinated with is.
    """
    doc = doclike.doc
    if not doc.has_annotation(attrs.DEP):
        raise DataError(
            "the text has no parse, from which noun chunks are made",
            hint="Add a component that parses, or give heads and deps.",
        )
    pos, deps, heads = (doc.columns.get(attr) for attr in (attrs.POS, attrs.DEP, attrs.HEAD))
    if pos is None:
        return
    tree = doc.tree()
    # The places in the document of what was given: a Doc begins at 0.
    start = getattr(doclike, "start", 0)
    last = -1
    for i in range(start, start + len(doclike)):
        if int(pos[i]) not in _HEADS:
            continue
        left = tree.edges(i)[0]
        if left > last and _has_role(i, deps, heads):
            last = i
            yield left, i + 1, "NP"


def _has_role(i: int, deps: Any, heads: Any) -> bool:
    """Whether a noun is what a phrase can be to the rest of its sentence."""
    while int(deps[i]) == _CONJUNCT and heads is not None and heads[i] < 0:
        i += int(heads[i])
    return int(deps[i]) in _ROLES
