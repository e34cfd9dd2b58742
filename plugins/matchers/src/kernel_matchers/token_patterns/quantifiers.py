"""How often a description of a token may match in a row: the key `OP`."""

import re
from typing import Any, NamedTuple

from kernel.errors import DataError

HIGHEST = 10_000
"""How often a description may be asked for at most; each time is a state of the automaton."""

_BRACES = re.compile(r"\{(\d*)(,?)(\d*)\}")


class Quantifier(NamedTuple):
    """From `low` to `high` tokens, None for any number; `negated`: tokens that do not fit the description."""

    low: int
    high: int | None
    negated: bool = False


ONCE = Quantifier(1, 1)
_SIGNS = {
    "1": ONCE,
    "!": Quantifier(1, 1, negated=True),
    "?": Quantifier(0, 1),
    "*": Quantifier(0, None),
    "+": Quantifier(1, None),
}


def quantifier(written: Any) -> Quantifier:
    """The meaning of an operator: `!`, `?`, `+`, `*`, `{n}`, `{n,m}`, `{n,}` or `{,m}`. `DataError` for anything else.

    `!` stands for exactly one token, of another description.
    """
    if isinstance(written, str) and written in _SIGNS:
        return _SIGNS[written]
    braces = _BRACES.fullmatch(written) if isinstance(written, str) else None
    if braces is None or not (braces[1] or braces[3]):
        raise DataError(f"{written!r} is no operator: expected one of ! ? + * {{n}} {{n,m}} {{n,}} {{,m}}")
    low = int(braces[1] or 0)
    high = low if not braces[2] else int(braces[3]) if braces[3] else None
    if high is not None and high < low:
        raise DataError(f"the operator {written!r} asks for at least {low} and at most {high} tokens")
    if max(low, high or 0) > HIGHEST:
        raise DataError(f"the operator {written!r} asks for more than {HIGHEST} tokens")
    return Quantifier(low, high)
