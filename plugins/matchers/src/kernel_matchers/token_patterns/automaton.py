"""An automaton with what it needs to run over documents."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kernel_matchers.token_patterns.beginnings import Beginnings
from kernel_matchers.token_patterns.fuzzy import FuzzyCompare, levenshtein_compare
from kernel_matchers.token_patterns.program import compile_patterns
from kernel_matchers.token_patterns.reading import Pattern
from kernel_matchers.token_patterns.tokens import Tokens
from kernel_matchers.token_patterns.truth import Truth
from kernel_matchers.token_patterns.walk import Found, walk


class Matches(NamedTuple):
    """M matches, by rule, first token and last token; each once.

    rules: numbers of rules, int32 (M,). starts, ends: the first token, and the token after the last, counted over the batch, int64 (M,).
    """

    rules: NDArray[np.int32]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]


class Automaton:
    """Patterns, each with the number of its rule, ready to be matched.

    All matches are found, of every length, also those that overlap; a match has at least one token, and lies in one document.
    """

    def __init__(
        self, patterns: Sequence[tuple[int, Pattern]], fuzzy_compare: FuzzyCompare = levenshtein_compare
    ) -> None:
        self._program = compile_patterns(patterns)
        self._beginnings = Beginnings(self._program)
        self.truth = Truth(self._beginnings.asked, fuzzy_compare)

    def matches(self, tokens: Tokens, *, shortest: NDArray[np.bool_] | None = None) -> Matches:
        """The matches in some documents. shortest: the rules of which no longer match is wanted where one begins, bool (rules,)."""
        found: list[Found] = []
        for pairs in self._beginnings.of(tokens, self.truth):
            found += walk(self._program, pairs, tokens, self.truth, shortest)
        return _sorted(found, shortest)


def _sorted(found: list[Found], shortest: NDArray[np.bool_] | None) -> Matches:
    if not found:
        none = np.zeros(0, dtype=np.int64)
        return Matches(none.astype(np.int32), none, none)
    rules, starts, ends = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.lexsort((ends, starts, rules))
    rules, starts, ends = rules[order], starts[order], ends[order]
    new = np.ones(len(rules), dtype=bool)
    other = (np.diff(rules) != 0) | (np.diff(starts) != 0)
    longer = np.diff(ends) != 0
    new[1:] = other | (longer if shortest is None else longer & ~shortest[rules[1:]])
    return Matches(rules[new], starts[new], ends[new])
