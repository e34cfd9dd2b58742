"""The automaton at work: all matches that begin at some tokens grow side by side, a token at a time."""

import numpy as np
from numpy.typing import NDArray

from kernel_matchers.token_patterns.beginnings import Pairs, spread
from kernel_matchers.token_patterns.program import Program
from kernel_matchers.token_patterns.tokens import Tokens
from kernel_matchers.token_patterns.truth import Truth

Found = tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]
"""For each match the number of its rule, its first token in the batch, and the token after its last."""


def walk(program: Program, pairs: Pairs, tokens: Tokens, truth: Truth) -> list[Found]:
    """The matches that begin with pairs of a position and a token that meets it.

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
