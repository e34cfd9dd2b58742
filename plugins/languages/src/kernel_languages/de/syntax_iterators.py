"""German base noun phrases, told by a parse with the labels of the TIGER treebank: a noun in one of some roles, with what stands before it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from kernel.tokens import Doc, Span
from kernel_languages.base.noun_chunks import NOMINAL, np_label

_ROLES = frozenset(("sb", "oa", "da", "nk", "mo", "ag", "ROOT", "root", "cj", "pd", "og", "app"))


def noun_chunks(doclike: Doc | Span) -> Iterator[tuple[int, int, int]]:
    """(start, end, number of the label NP) of each phrase; none is inside of another. `DataError` without a parse.

    A noun of measure, or one in close apposition, takes the noun behind it along: drei Liter Milch.
    """
    label = np_label(doclike)
    end = 0
    for token in doclike:
        start = token.left_edge.i
        if token.i < end or start < end or token.pos_ not in NOMINAL or token.dep_ not in _ROLES:
            continue
        end = token.i + 1
        for child in token.rights:
            if child.dep_ == "nk" and child.pos_ in ("NOUN", "PROPN"):
                end = child.i + 1
        yield start, end, label


SYNTAX_ITERATORS: dict[str, Callable[..., Any]] = {"noun_chunks": noun_chunks}
