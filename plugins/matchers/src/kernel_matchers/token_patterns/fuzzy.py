"""Texts that differ by few edits from another one (Levenshtein, 1966): a letter more, less, or another."""

from collections.abc import Callable

LEAST_EDITS = 2
SHARE = 0.3


def is_near(wanted: str, edits: int = -1) -> Callable[[str], bool]:
    """A function that tells of a text whether that many edits make it `wanted`.

    edits: -1 for two, or for long texts 30 % of their length.
    """
    limit = max(LEAST_EDITS, round(SHARE * len(wanted))) if edits < 0 else edits
    return lambda text: distance(text, wanted, limit) <= limit


def distance(one: str, other: str, limit: int) -> int:
    """The number of edits between two texts; limit + 1 if there are more."""
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    if one == other:
        return 0
    before = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        now = [row]
        for column, wanted in enumerate(other, 1):
            change = before[column - 1] + (letter != wanted)
            now.append(min(change, before[column] + 1, now[-1] + 1))
        if min(now) > limit:
            return limit + 1
        before = now
    return min(before[-1], limit + 1)
