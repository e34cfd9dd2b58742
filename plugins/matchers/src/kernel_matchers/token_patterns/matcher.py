"""A matcher of numbered rules over tokens: compiled when it is first used, run over many documents at once."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernel.tokens import Doc
from kernel_matchers.token_patterns.automaton import Automaton, Matches
from kernel_matchers.token_patterns.reading import Pattern, read_patterns
from kernel_matchers.token_patterns.tokens import Tokens


class TokenMatcher:
    """Rules, numbered from 0 in the order in which they were added; each has one or more patterns."""

    def __init__(self) -> None:
        self._rules: list[list[Pattern]] = []
        self._compiled: Automaton | None = None

    def __len__(self) -> int:
        """Number of rules."""
        return len(self._rules)

    def __getstate__(self) -> dict[str, Any]:
        # Compiled anew where it is used.
        return {**vars(self), "_compiled": None}

    def add(self, patterns: Any, what: str = "the patterns") -> int:
        """Add a rule with patterns, and return its number. `DataError` for what is wrong in them; what: their name there."""
        self._rules.append(read_patterns(patterns, what))
        self._compiled = None
        return len(self._rules) - 1

    def matches(
        self,
        docs: Sequence[Doc],
        *,
        shortest: NDArray[np.bool_] | None = None,
        latest: NDArray[np.bool_] | None = None,
    ) -> Matches:
        """The matches in some documents.

        shortest, latest: the rules of which of all matches that begin with a token only the shortest is wanted, and of all that end with one only
        the shortest; bool (rules,), by default none.
        """
        if self._compiled is None:
            patterns = [(number, pattern) for number, rule in enumerate(self._rules) for pattern in rule]
            self._compiled = Automaton(patterns)
        return self._compiled.matches(Tokens(docs), shortest=shortest, latest=latest)
