"""Which sentences tokens lie in."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence


def sentences_around(
    borders: Sequence[int], ranges: Iterable[tuple[int, int]], n_sents: int = 0
) -> list[tuple[int, int]]:
    """The tokens of the sentences that token ranges lie in, and of `n_sents` sentences on either side: (first, after the last).

    borders: the first token of each sentence, and the end of the text, as `Doc.sentence_borders` gives them. ranges: (first token,
    token after the last).
    """
    found = []
    for start, end in ranges:
        first = bisect_right(borders, start) - 1
        last = bisect_left(borders, end, first + 1)
        found.append((borders[max(0, first - n_sents)], borders[min(len(borders) - 1, last + n_sents)]))
    return found
