"""Base noun phrases told by a parse in Universal Dependencies: what languages of one family have in common."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from kernel.errors import DataError
from kernel.tokens import Doc, Span, Token

NounChunks = Callable[[Doc | Span], Iterator[tuple[int, int, int]]]
NOMINAL = frozenset({"NOUN", "PROPN", "PRON"})


@dataclass(frozen=True)
class Phrases:
    """What a noun phrase is made of.

    roles: labels that a noun has if it is the head of a phrase. names: labels of the first word behind a noun that depends on it, with
    which all that depends on the noun is in the phrase. adjectives: the same, but the phrase ends with all that depends on that word.
    words: labels of such a word, and its part of speech, that is taken alone. dropped: part of speech at the left edge that is no
    part of the phrase; dropped_in_lists: the same for conjuncts.
    """

    roles: Collection[str]
    names: Collection[str]
    adjectives: Collection[str] = ("amod",)
    words: Collection[tuple[str, str]] = ()
    dropped: str = "ADP"
    dropped_in_lists: str = "CCONJ"

    def __call__(self, doclike: Doc | Span) -> Iterator[tuple[int, int, int]]:
        """(start, end, number of the label NP) of each phrase; none is inside of another. `DataError` without a parse."""
        label = np_label(doclike)
        end = 0
        firsts: dict[int, Token] = {}
        for token in doclike:
            if token.pos_ not in NOMINAL:
                continue
            left = token.left_edge
            if left.i < end:
                continue
            if token.dep_ in self.roles:
                last, dropped = self._last(token), self.dropped
            elif token.dep_ == "conj" and first_conjunct(token, firsts).dep_ in self.roles:
                last, dropped = token, self.dropped_in_lists
            else:
                continue
            end = last.i + 1
            yield left.i + (left.pos_ == dropped), end, label

    def _last(self, token: Token) -> Token:
        """The last word of the phrase of a noun: that of the first word behind it that belongs there."""
        behind = next(iter(token.rights), None)
        if behind is None:
            return token
        if behind.dep_ in self.names:
            return token.right_edge
        if behind.dep_ in self.adjectives:
            return behind.right_edge
        return behind if (behind.dep_, behind.pos_) in self.words else token


def np_label(doclike: Doc | Span) -> int:
    """The number of the label NP. `DataError` for a document without a parse."""
    doc = doclike if isinstance(doclike, Doc) else doclike.doc
    if not doc.has_annotation("DEP"):
        raise DataError("noun chunks are told by the parse, and the document has none")
    label: int = doc.vocab.strings.add("NP")
    return label


def first_conjunct(token: Token, known: dict[int, Token]) -> Token:
    """What the first word of a coordination depends on its head as: the head of the first conjunct that stands before the token.

    known: those of tokens that were asked for, by their number; lists of thousands of words are chains.
    """
    chain, head = [token.i], token.head
    while head.dep_ == "conj" and head.head.i < head.i:
        if head.i in known:
            head = known[head.i]
            break
        chain.append(head.i)
        head = head.head
    known.update(dict.fromkeys(chain, head))
    return head
