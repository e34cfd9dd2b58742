"""Lists of phrases by number: compiled when they are first used, found in many documents at once or in a short one."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kernel.tokens import Doc
from kernel_matchers.phrase_matcher.columns import numbers_in, values_in
from kernel_matchers.phrase_matcher.single import SHORT, Node, find_in, nodes_of
from kernel_matchers.phrase_matcher.trie import Found, Phrases, Trie, build
from kernel_matchers.token_patterns.tokens import Tokens


class PhraseList(NamedTuple):
    """Some phrases. values: of their tokens, one phrase after another, uint64 (T,). lengths: int64 (phrases,); one of 0 matches nothing."""

    values: NDArray[np.uint64]
    lengths: NDArray[np.int64]


def phrase_list(docs: Sequence[Doc], attr: int) -> PhraseList:
    """The phrases that documents are, by an attribute of their tokens."""
    lengths = np.fromiter(map(len, docs), dtype=np.int64, count=len(docs))
    return PhraseList(Tokens(docs).numbers(attr), lengths)


class Lists:
    """Lists of phrases by number, compiled. attr: the attribute that they are compared by. lists: the phrases of each number.

    numbers: of the lists in their order.
    """

    def __init__(self, attr: int, lists: Mapping[int, Sequence[PhraseList]]) -> None:
        self.numbers = list(lists)
        parts = [(place, part) for place, own in enumerate(lists.values()) for part in own]
        lengths = np.concatenate([np.zeros(0, dtype=np.int64), *(part.lengths for _, part in parts)])
        counts = [len(part.lengths) for _, part in parts]
        places = np.repeat(np.array([place for place, _ in parts], dtype=np.int64), counts)
        values = np.concatenate([np.zeros(0, dtype=np.uint64), *(part.values for _, part in parts)])
        full = lengths > 0
        self._attr = attr
        self._trie: Trie = build(Phrases(values, lengths[full], places[full]))
        self._root: dict[int, Node] | None = None

    def find(self, tokens: Tokens) -> Found:
        """The matches in a batch, by first and last token, then in the order of the lists.

        The keys are the places of the lists. Tokens are counted over the batch.
        """
        return self._trie.find(numbers_in(tokens, self._attr, self._trie), tokens.ends)

    def find_in_one(self, doc: Doc, start: int, end: int) -> list[tuple[int, int, int]]:
        """The matches in a part of a document as tuples: (number, first token, token after the last), in the same order."""
        values = values_in(doc, self._attr, start, end)
        if end - start <= SHORT:
            if self._root is None:
                self._root = nodes_of(self._trie, self.numbers)
            return find_in(values.tolist(), self._root, start)
        size = len(values)
        found = self._trie.find(self._trie.numbers(values), np.full(size, size, dtype=np.int64))
        names = self.numbers
        return list(
            zip(
                [names[place] for place in found.keys.tolist()],
                (found.starts + start).tolist(),
                (found.ends + start).tolist(),
                strict=True,
            )
        )
