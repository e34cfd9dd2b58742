"""The tree of prefixes as dicts in dicts: for one short document that is quicker than arrays are."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from kernel_matchers.phrase_matcher.trie import Trie

SHORT = 400
"""So many tokens are at most walked through one by one."""


class Node(NamedTuple):
    """keys: of the phrases that end here. following: by the value of the next token."""

    keys: tuple[int, ...]
    following: dict[int, "Node"]


def nodes_of(trie: Trie, names: Sequence[int]) -> dict[int, Node]:
    """What follows the empty prefix. names: what matches are to have for each key of the tree."""
    keys = [names[key] for key in trie.keys.tolist()]
    made = [Node(tuple(keys[start:end]), {}) for start, end in pairwise(trie.key_starts.tolist())]
    values, width = trie.values.tolist(), len(trie.values) + 1
    for state, edge in enumerate(trie.edges.tolist()[:-1], 1):
        before, number = divmod(edge, width)
        made[before].following[values[number]] = made[state]
    return made[0].following


def find_in(values: list[int], root: dict[int, Node], shift: int = 0) -> list[tuple[int, int, int]]:
    """All matches as (key, first token, token after the last), in the order of `Trie.find`.

    values: of the tokens. shift: what is added to the numbers of tokens.
    """
    matches: list[tuple[int, int, int]] = []
    size = len(values)
    for start, value in enumerate(values):
        node = root.get(value)
        end = start
        while node is not None:
            end += 1
            keys, following = node
            for key in keys:
                matches.append((key, start + shift, end + shift))
            if not following or end == size:
                break
            node = following.get(values[end])
    return matches
