"""The automaton at work: all matches that begin at some tokens grow side by side, a token at a time."""

import numpy as np
from numpy.typing import NDArray

from kernel_matchers.token_patterns.beginnings import Pairs, spread
from kernel_matchers.token_patterns.program import Program
from kernel_matchers.token_patterns.tokens import Tokens
from kernel_matchers.token_patterns.truth import Truth

Found = tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]
"""For each match the number of its rule, its first token in the batch, and the token after its last."""


def walk(
    program: Program,
    pairs: Pairs,
    tokens: Tokens,
    truth: Truth,
    shortest: NDArray[np.bool_] | None = None,
) -> list[Found]:
    """The matches that begin with pairs of a position and a token that meets it.

    shortest: by rule, whether no match is wanted that is longer than another that begins with the same token.

    A match may come several times, where several patterns of a rule make it. Time: the tokens of all that begins to match.
    """
    positions, starts = pairs
    found: list[Found] = []
    length = 1
    while len(positions):
        done = program.accepts[positions].nonzero()[0]
        if len(done):
            begin = starts[done]
            found.append((program.rule[positions[done]], begin, begin + length))
            if shortest is not None:
                going = _going_on(program.rule[positions], starts, done, shortest)
                positions, starts = positions[going], starts[going]
        sizes = program.next_start[positions + 1] - program.next_start[positions]
        sizes[starts + length >= tokens.ends[starts]] = 0
        if not sizes.any():
            break
        starts = starts.repeat(sizes)
        positions = program.next_position[spread(program.next_start[positions], sizes)]
        if program.meets[positions].any():
            # As one number: the positions are few, so there is room.
            together = np.unique(starts * len(program.rule) + positions)
            starts, positions = np.divmod(together, len(program.rule))
            positions = positions.astype(np.int32)
        kept = truth.holds(program.which[positions], starts + length, tokens)
        positions, starts = positions[kept], starts[kept]
        length += 1
    return found


def _going_on(
    rules: NDArray[np.int32], starts: NDArray[np.int64], done: NDArray[np.int64], shortest: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Which of some states are gone on with: none of a rule and a token for which the shortest match is found.

    rules, starts: of each state. done: the places of those that are matches.
    """
    ended = done[shortest[rules[done]]]
    others = np.ones(len(rules), dtype=bool)
    others[ended] = False
    left = others.nonzero()[0]
    if not len(ended) or not len(left):
        return left
    keys = starts * len(shortest) + rules
    going: NDArray[np.int64] = left[~np.isin(keys[left], keys[ended])]
    return going
