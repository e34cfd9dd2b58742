"""The edit tree of a form and its lemma.

The longest substring that both have is kept; what is before it and what is after it become trees of their own, and what
has nothing in common is replaced (Chrupala 2008, Towards a machine-learning architecture for lexical functional grammar
parsing; Mueller, Cotterell, Fraser and Schuetze 2015, Joint lemmatization and morphological tagging with Lemming). A
tree does not hold what is kept, so that it fits other words: that of "walks" and "walk" makes "talk" of "talks".
"""

from os.path import commonprefix
from typing import NamedTuple

# Of longer strings only a beginning or an end that they share is kept: the search for the longest common substring takes
# quadratic time, and words of such a length are addresses and noise.
LONGEST = 64


class Match(NamedTuple):
    """A string whose middle is kept."""

    prefix_len: int
    """Characters before what is kept."""
    suffix_len: int
    """Characters after it."""
    prefix: "Tree | None"
    """What becomes of those before; None if there are none, and none come."""
    suffix: "Tree | None"
    """What becomes of those after."""


class Replace(NamedTuple):
    """A string that becomes another one."""

    orig: str
    subst: str


Tree = Match | Replace


def edit_tree(form: str, lemma: str) -> Tree:
    """The tree that makes `lemma` of `form`. It is at most `LONGEST` + 2 levels deep."""
    start, place, length = common_part(form, lemma)
    if not length:
        return Replace(form, lemma)
    end = start + length
    return Match(
        start,
        len(form) - end,
        _part(form[:start], lemma[:place]),
        _part(form[end:], lemma[place + length :]),
    )


def _part(form: str, lemma: str) -> Tree | None:
    return edit_tree(form, lemma) if form or lemma else None


def common_part(form: str, lemma: str) -> tuple[int, int, int]:
    """Where the longest common substring begins in both strings, and its length.

    Of several it is the first one in `form`, where it is first in `lemma`. Of strings that are longer than `LONGEST` it is the
    common beginning, or the common end if that is longer.
    """
    if form == lemma:
        return 0, 0, len(form)
    if max(len(form), len(lemma)) > LONGEST:
        begin = len(commonprefix((form, lemma)))
        end = len(commonprefix((form[::-1], lemma[::-1])))
        return (len(form) - end, len(lemma) - end, end) if end > begin else (0, 0, begin)
    for length in range(min(len(form), len(lemma)), 0, -1):
        for start in range(len(form) - length + 1):
            place = lemma.find(form[start : start + length])
            if place >= 0:
                return start, place, length
    return 0, 0, 0
