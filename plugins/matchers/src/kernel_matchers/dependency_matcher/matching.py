"""Patterns over trees, matched in all documents of a batch: candidates for each token of a pattern, then joined.

Candidates that can't be part of a match are left out first, from the last token of a pattern to its first one (Yannakakis, 1981). So no
beginning of a match is followed that does not lead to one.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kernel_matchers.dependency_matcher.reading import TreePattern
from kernel_matchers.dependency_matcher.relations import Trees
from kernel_matchers.token_patterns.automaton import Automaton
from kernel_matchers.token_patterns.program import Asked
from kernel_matchers.token_patterns.quantifiers import ONCE, Quantifier
from kernel_matchers.token_patterns.reading import Description
from kernel_matchers.token_patterns.tokens import Tokens

_NEGATED = Quantifier(1, 1, negated=True)


class TreeMatching:
    """Some patterns, ready to be matched."""

    def __init__(self, patterns: Sequence[TreePattern]) -> None:
        self._patterns = patterns
        self._questions: dict[Asked, int] = {}
        for pattern in patterns:
            for node in pattern:
                self._questions.setdefault(node.asked, len(self._questions))
        self._automaton = Automaton(
            [
                (number, (Description(conditions, _NEGATED if negated else ONCE),))
                for (conditions, negated), number in self._questions.items()
            ]
        )

    def matches(self, tokens: Tokens) -> list[NDArray[np.int64]]:
        """For each pattern its M matches: the token in the batch of each of its k tokens, int64 (M, k), in ascending order."""
        rules, places, _ = self._automaton.matches(tokens)
        borders = np.searchsorted(rules, np.arange(len(self._questions) + 1)).tolist()
        trees = Trees(tokens)
        found = []
        for pattern in self._patterns:
            candidates = []
            for node in pattern:
                question = self._questions[node.asked]
                mask = np.zeros(len(tokens), dtype=bool)
                mask[places[borders[question] : borders[question + 1]]] = True
                candidates.append(mask)
            found.append(_joined(pattern, candidates, trees))
        return found


def _joined(pattern: TreePattern, candidates: list[NDArray[np.bool_]], trees: Trees) -> NDArray[np.int64]:
    """The matches of a pattern. candidates: for each of its tokens which tokens of the batch are as it is described, bool (N,); changed."""
    if not all(mask.any() for mask in candidates):
        return np.zeros((0, len(pattern)), dtype=np.int64)
    for place in range(len(pattern) - 1, 0, -1):
        node = pattern[place]
        lefts = np.flatnonzero(candidates[node.left])
        candidates[node.left][lefts] = trees.has_related(lefts, node.relation, candidates[place])
    rows = np.flatnonzero(candidates[0])[:, None]
    for place in range(1, len(pattern)):
        node = pattern[place]
        which, found = trees.related(rows[:, node.left], node.relation, candidates[place])
        rows = np.concatenate([rows[which], found[:, None]], axis=1)
    return rows
