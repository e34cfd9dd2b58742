"""An automaton with what it needs to run over documents."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kernel_matchers.token_patterns.alignment import alignment
from kernel_matchers.token_patterns.beginnings import Beginnings
from kernel_matchers.token_patterns.fuzzy import FuzzyCompare, levenshtein_compare
from kernel_matchers.token_patterns.program import compile_patterns
from kernel_matchers.token_patterns.reading import Pattern
from kernel_matchers.token_patterns.tokens import Tokens
from kernel_matchers.token_patterns.walk import Found, Walk


class Matches(NamedTuple):
    """M matches, each once.

    rules: numbers of rules, int32 (M,). starts, ends: the first token, and the token after the last, counted over the batch, int64 (M,).
    """

    rules: NDArray[np.int32]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    def at(self, which: NDArray[np.int64] | NDArray[np.bool_]) -> "Matches":
        return Matches(self.rules[which], self.starts[which], self.ends[which])


class Automaton:
    """Patterns, each with the number of its rule, ready to be matched.

    All matches are found, of every length, also those that overlap; a match has at least one token, and lies in one document.
    """

    def __init__(
        self, patterns: Sequence[tuple[int, Pattern]], fuzzy_compare: FuzzyCompare = levenshtein_compare
    ) -> None:
        self._program = compile_patterns(patterns)
        self._beginnings = Beginnings(self._program, fuzzy_compare)
        self.truth = self._beginnings.truth

    def matches(
        self,
        tokens: Tokens,
        *,
        shortest: NDArray[np.bool_] | None = None,
        latest: NDArray[np.bool_] | None = None,
    ) -> Matches:
        """The matches in some documents, by rule, first token and last token.

        shortest, latest: the rules of which of all matches that begin with a token only the shortest is wanted, and of all that end with one only
        the shortest; bool (rules,), by default none.
        """
        found = self._found(tokens, shortest, latest)
        matches = Matches(self._program.rule[found.positions], found.starts, found.ends)
        if latest is not None:
            matches = matches.at(np.lexsort((-matches.starts, matches.ends, matches.rules)))
            ends = (np.diff(matches.rules) == 0) & (np.diff(matches.ends) == 0)
            again = np.concatenate([[False], ends & latest[matches.rules[1:]]])[: len(matches.rules)]
            matches = matches.at(~again)
        matches = matches.at(np.lexsort((matches.ends, matches.starts, matches.rules)))
        new = np.ones(len(matches.rules), dtype=bool)
        other = (np.diff(matches.rules) != 0) | (np.diff(matches.starts) != 0)
        longer = np.diff(matches.ends) != 0
        new[1:] = other | (longer if shortest is None else longer & ~shortest[matches.rules[1:]])
        return matches.at(new)

    def matches_as_seen(self, tokens: Tokens) -> Matches:
        """The matches in some documents in the order of `seen`, document by document."""
        found = self._found(tokens)
        program = self._program
        order = np.lexsort(
            (found.ends, program.pattern[found.positions], found.starts, found.made, found.keys, found.times)
        )
        rules, starts, ends = program.rule[found.positions][order], found.starts[order], found.ends[order]
        # Each where it is seen first.
        same = np.lexsort((np.arange(len(rules)), ends, starts, rules))
        again = np.zeros(len(rules), dtype=bool)
        again[same[1:]] = (
            (np.diff(rules[same]) == 0) & (np.diff(starts[same]) == 0) & (np.diff(ends[same]) == 0)
        )
        return Matches(rules[~again], starts[~again], ends[~again])

    def alignment(self, tokens: Tokens, rule: int, start: int, end: int) -> list[int]:
        """For each token of a match the place of its description in the pattern that makes it."""
        return alignment(self._program, tokens, self.truth, rule, start, end)

    def _found(
        self,
        tokens: Tokens,
        shortest: NDArray[np.bool_] | None = None,
        latest: NDArray[np.bool_] | None = None,
    ) -> Found:
        walk = Walk(self._program, tokens, self.truth, shortest=shortest, latest=latest)
        parts = [part for pairs in self._beginnings.of(tokens) for part in walk.of(pairs)]
        if not parts:
            numbers = np.zeros(0, dtype=np.int64)
            return Found(
                numbers.astype(np.int32), numbers, numbers, numbers, numbers.astype(np.uint64), numbers
            )
        return Found(*map(np.concatenate, zip(*parts, strict=True)))
