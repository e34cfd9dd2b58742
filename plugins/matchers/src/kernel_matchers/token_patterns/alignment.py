"""Which token of a match is which of its pattern: of several ways the one that is seen first, in the order of `seen`."""

import numpy as np

from kernel_matchers.token_patterns.program import Program
from kernel_matchers.token_patterns.tokens import Tokens
from kernel_matchers.token_patterns.truth import Truth

Way = tuple[int, list[int]]
"""The position that comes next, and the places of descriptions so far."""


def alignment(program: Program, tokens: Tokens, truth: Truth, rule: int, start: int, end: int) -> list[int]:
    """For each token of a match the place of its description in the pattern. rule, start, end: the match, which there has to be."""
    own = np.flatnonzero(program.rule == rule)
    questions, which = np.unique(program.which[own], return_inverse=True)
    size = end - start
    places = np.arange(start, end)
    answers = truth.holds(np.repeat(questions, size), np.tile(places, len(questions)), tokens)
    meets = dict(zip(own.tolist(), answers.reshape(-1, size)[which].tolist(), strict=True))
    ways: list[Way] = [(place, []) for place in own[program.level[own] == 0].tolist()]
    for step in range(size):
        kept: dict[int, list[int]] = {}
        made: dict[int, list[int]] = {}
        for position, taken in ways:
            while True:
                is_optional, is_last = bool(program.optional[position]), bool(program.last[position])
                if meets[position][step]:
                    longer = [*taken, int(program.description[position])]
                    loops = bool(program.loops[position])
                    if is_last and not loops and step == size - 1:
                        return longer
                    if not (is_last and not loops):
                        stays = not is_optional or is_last
                        (kept if stays else made).setdefault(position if loops else position + 1, longer)
                if not is_optional or is_last:
                    break
                position += 1
        ways = [*kept.items(), *made.items()]
    # Seen when the pattern does not go on: all that is left of it is optional.
    return next(taken for position, taken in ways if program.optional[position] and program.accepts[position])
