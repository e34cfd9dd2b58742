"""Texts that differ by few edits from another one (Levenshtein, 1966): a letter more, less, or another."""

from collections.abc import Callable

LEAST_EDITS = 2
SHARE = 0.3

FuzzyCompare = Callable[[str, str, int], bool]
"""Whether a text (first) is near another one (second). The number: how many edits are allowed, -1 for as many as suit its length."""


def levenshtein_compare(input_text: str, pattern_text: str, max_edits: int = -1) -> bool:
    """Whether so many edits make one text of the other.

    max_edits: negative for two, or 30 % of the length of `pattern_text` if that is more.
    """
    limit = _limit(pattern_text, max_edits)
    return distance(input_text, pattern_text, limit) <= limit


def near(pattern_text: str, max_edits: int = -1) -> Callable[[str], bool]:
    """`levenshtein_compare` with one text, as a function of the other: most texts are told apart by their length and letters."""
    limit, size, letters = _limit(pattern_text, max_edits), len(pattern_text), frozenset(pattern_text)

    def is_near(text: str) -> bool:
        # An edit gives a text one letter that it lacks, at most.
        return (
            -limit <= len(text) - size <= limit
            and len(letters.difference(text)) <= limit
            and distance(text, pattern_text, limit) <= limit
        )

    return is_near


def _limit(pattern_text: str, max_edits: int) -> int:
    """How many edits are allowed."""
    return max(LEAST_EDITS, round(SHARE * len(pattern_text))) if max_edits < 0 else max_edits


def make_levenshtein_compare() -> FuzzyCompare:
    """Return `levenshtein_compare`, which tells whether so many edits make one text of another."""
    return levenshtein_compare


def levenshtein(a: str, b: str, max_edits: int = -1) -> int:
    """The number of edits between two texts. max_edits: where there are more, this plus 1 is returned; negative for no limit."""
    return distance(a, b, max(len(a), len(b)) if max_edits < 0 else max_edits)


def distance(one: str, other: str, limit: int) -> int:
    """The number of edits between two texts; limit + 1 if there are more.

    A column of the table of distances is two whole numbers, of whose bits each stands for a row: whether the distance grows
    there by one, or shrinks (Myers, 1999, as Hyyrö, 2003, has it).
    """
    if one == other:
        return 0
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    if not one or not other:
        return len(one) + len(other)
    letters: dict[str, int] = {}
    for place, letter in enumerate(other):
        letters[letter] = letters.get(letter, 0) | 1 << place
    every = (1 << len(other)) - 1
    last = 1 << len(other) - 1
    grows, shrinks, edits = every, 0, len(other)
    for letter in one:
        same = letters.get(letter, 0)
        zero = (((same & grows) + grows) ^ grows) | same | shrinks
        right_grows = shrinks | ~(zero | grows) & every
        right_shrinks = grows & zero
        edits += bool(right_grows & last) - bool(right_shrinks & last)
        right_grows = right_grows << 1 | 1
        grows = (right_shrinks << 1 | ~(zero | right_grows)) & every
        shrinks = right_grows & zero & every
    return min(edits, limit + 1)
