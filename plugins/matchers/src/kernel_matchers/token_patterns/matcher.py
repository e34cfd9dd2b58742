"""A matcher of rules over tokens: compiled when it is first used, run over many documents at once."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kernel.tokens import Doc
from kernel_matchers.token_patterns.beginnings import Beginnings
from kernel_matchers.token_patterns.program import Program, compile_patterns
from kernel_matchers.token_patterns.reading import Pattern, read_patterns
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


class _Compiled(NamedTuple):
    program: Program
    truth: Truth
    beginnings: Beginnings


class TokenMatcher:
    """Rules, numbered from 0 in the order in which they were added; each has one or more patterns.

    All matches are found, of every length, also those that overlap; a match has at least one token, and lies in one document.
    """

    def __init__(self) -> None:
        self._rules: list[list[Pattern]] = []
        self._compiled: _Compiled | None = None

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

    def matches(self, docs: Sequence[Doc], *, shortest: NDArray[np.bool_] | None = None) -> Matches:
        """The matches in some documents. shortest: the rules of which no longer match is wanted where one begins, bool (rules,)."""
        compiled = self._compiled
        if compiled is None:
            program = compile_patterns(self._rules)
            beginnings = Beginnings(program)
            compiled = self._compiled = _Compiled(program, Truth(beginnings.asked), beginnings)
        tokens = Tokens(docs)
        found: list[Found] = []
        for pairs in compiled.beginnings.of(tokens, compiled.truth):
            found += walk(compiled.program, pairs, tokens, compiled.truth, shortest)
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
