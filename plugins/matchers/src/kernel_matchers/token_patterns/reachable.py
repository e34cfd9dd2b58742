"""From which tokens a match can still end: what keeps long texts from states that lead to nothing."""

import numpy as np
from numpy.typing import NDArray

from kernel_matchers.token_patterns.program import Program
from kernel_matchers.token_patterns.tokens import Tokens
from kernel_matchers.token_patterns.truth import Truth


def reachable(
    program: Program, tokens: Tokens, truth: Truth, positions: NDArray[np.int32]
) -> NDArray[np.int64]:
    """The tokens at which a state of a position is part of a match, as numbers in order: of the position times one more than all N tokens, and the
    token. positions: distinct, in order. Time and memory: the positions of their patterns, times N."""
    size = len(tokens)
    parts = []
    begin = 0
    while begin < len(positions):
        pattern = program.pattern[positions[begin]]
        end = begin + 1
        while end < len(positions) and program.pattern[positions[end]] == pattern:
            end += 1
        ends = _of_pattern(program, tokens, truth, int(positions[begin]))
        parts += [
            np.flatnonzero(ends[position]) + position * (size + 1)
            for position in positions[begin:end].tolist()
        ]
        begin = end
    return np.concatenate(parts)


def _of_pattern(program: Program, tokens: Tokens, truth: Truth, first: int) -> dict[int, NDArray[np.bool_]]:
    """For a position and those behind it in its pattern, at which tokens they are part of a match's end: bool (N,)."""
    places = np.arange(len(tokens))
    is_last = tokens.ends == places + 1
    last = first
    while not program.last[last]:
        last += 1
    met: dict[int, NDArray[np.bool_]] = {}
    found: dict[int, NDArray[np.bool_]] = {}
    for position in range(last, first - 1, -1):
        question = int(program.which[position])
        if question not in met:
            met[question] = truth.holds(np.full(len(places), question, dtype=np.int32), places, tokens)
        holds = met[question]
        can = np.full(len(places), bool(program.accepts[position]))
        begin, end = program.next_start[position : position + 2].tolist()
        for after in program.next_position[begin:end].tolist():
            can[:-1] |= found[after][1:] & ~is_last[:-1]
        can &= holds
        if program.loops[position]:
            # On from each token, as long as it holds, to one from which it can.
            far = len(places)
            nearest = np.minimum.accumulate(np.where(can, places, far)[::-1])[::-1]
            stop = np.minimum.accumulate(np.where(holds, far, places)[::-1])[::-1]
            can = holds & (nearest < np.minimum(stop, tokens.ends))
        found[position] = can
    return found
