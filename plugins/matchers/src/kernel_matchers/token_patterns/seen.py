"""In which order matches are seen: the order of the field's matcher, which goes through a text once, token by token.

It keeps a list of states, to whose end it adds one for each pattern at each token. A token that a pattern needs leaves a state where it
is. One that is optional makes a new state behind all others, because the pattern may also go on without it. A match is seen in the place
of its state: at its last token if the pattern ends there, and otherwise, because the pattern might have gone on, at the token after that.

So a state's place follows from when it was made, then from where the one that it was made from stood: from the tokens at which it was
made, the latest first. A key has them as bits, two for each token back from the present one: whether a state was made there of another
one, and whether the match began there. So of two keys the smaller one stands first. They go 31 tokens back. Of states that were made at each
of these, the one where it was so for longer stands behind, and further behind one where it was so from the beginning of its match: there the
later beginning stands last. A second number, `made`, says that. What else lies further back than 31 tokens has no say.
"""

import numpy as np
from numpy.typing import NDArray

NEW = np.uint64(1 << 63)
"""The key of a state whose match begins with the present token."""

ALL_MADE = 1 << 40
"""The second number of a new state. It is taken down by each token, without exception, that makes a state; and the number of such tokens, where
some did not."""

_MADE = np.uint64(1 << 62)
_TWO = np.uint64(2)
# As many tokens back as a key goes, states were made at each.
_LONGEST = 31
_ALWAYS = np.array(
    [sum(1 << (62 - 2 * back) for back in range(count)) for count in range(_LONGEST + 1)], dtype=np.uint64
)


def after(
    keys: NDArray[np.uint64], made: NDArray[np.int64], makes: NDArray[np.bool_]
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Both numbers one token later; makes: whether that token makes a new state of each."""
    later: NDArray[np.uint64] = keys >> _TWO
    later[makes] |= _MADE
    return later, _made(made, 1, makes)


def long_after(
    keys: NDArray[np.uint64], made: NDArray[np.int64], counts: NDArray[np.int64], makes: NDArray[np.bool_]
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Both numbers after some more tokens, 0 or more, each of which makes a new state, or none of which does."""
    few = np.minimum(counts, _LONGEST)
    later: NDArray[np.uint64] = keys >> (_TWO * few.astype(np.uint64))
    return np.where(makes, later | _ALWAYS[few], later), np.where(
        counts == 0, made, _made(made, counts, makes)
    )


def _made(
    made: NDArray[np.int64], counts: NDArray[np.int64] | int, makes: NDArray[np.bool_]
) -> NDArray[np.int64]:
    return np.where(makes, np.where(made > ALL_MADE // 2, made - counts, made + counts), 0)
