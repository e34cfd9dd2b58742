"""The patterns of a ruler, compiled when they are first used: phrases into one tree, patterns over tokens into one automaton."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kernel.tokens import Doc
from kernel.vocab.strings import hash_strings
from kernel_matchers.phrase_matcher.lists import Lists, PhraseList
from kernel_matchers.rulers.patterns import RulerPattern
from kernel_matchers.token_patterns.automaton import Automaton
from kernel_matchers.token_patterns.fuzzy import FuzzyCompare
from kernel_matchers.token_patterns.reading import Pattern
from kernel_matchers.token_patterns.tokens import Tokens


class Entry(NamedTuple):
    """A pattern as it was given, and as it was read: a phrase by its values, or a pattern over tokens."""

    given: RulerPattern
    read: PhraseList | Pattern


class Matches(NamedTuple):
    """M matches in a batch, each once.

    names: for each the place of its label and id among those of the table. starts, ends: its first token, and the token after its last,
    counted over the batch. Each int64 (M,).
    """

    names: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]


class Compiled(NamedTuple):
    """phrases, tokens: what finds them, None if there are none. labels, ids: of the names, as numbers of strings, 0 for none, uint64 (names,)."""

    phrases: Lists | None
    tokens: Automaton | None
    labels: NDArray[np.uint64]
    ids: NDArray[np.uint64]


class Table:
    """Patterns with labels and ids. attr: by which phrases are compared. fuzzy_compare: tells for FUZZY whether a text is near another.

    names: the distinct pairs of label and id in the order in which they were added, each with its place there.
    """

    def __init__(self, attr: int, fuzzy_compare: FuzzyCompare) -> None:
        self._attr = attr
        self._fuzzy_compare = fuzzy_compare
        self._set([])

    def _set(self, entries: Sequence[Entry]) -> None:
        self._entries: list[Entry] = []
        self.names: dict[tuple[str, str], int] = {}
        self.add(entries)

    def __len__(self) -> int:
        """Number of patterns."""
        return len(self._entries)

    @property
    def patterns(self) -> list[RulerPattern]:
        """The patterns, in the order in which they were added."""
        return [each.given for each in self._entries]

    def add(self, entries: Sequence[Entry]) -> None:
        """Add patterns. Linear in these, as scripts may add them one by one."""
        self._entries += entries
        for (label, own_id, _), _ in entries:
            self.names.setdefault((label, own_id), len(self.names))
        self._compiled: Compiled | None = None

    def remove(self, unwanted: Callable[[RulerPattern], bool]) -> int:
        """Remove some patterns, and return how many these were."""
        kept = [each for each in self._entries if not unwanted(each.given)]
        removed = len(self) - len(kept)
        if removed:
            self._set(kept)
        return removed

    def find(self, docs: Sequence[Doc]) -> Matches:
        """The matches in some documents, longer ones first, then by first token, then in the order of the names."""
        compiled = self.compiled()
        tokens = Tokens(docs)
        found: list[tuple[NDArray[np.int64], ...]] = []
        if compiled.phrases is not None:
            found.append(compiled.phrases.find(tokens))
        if compiled.tokens is not None:
            rules, starts, ends = compiled.tokens.matches(tokens)
            found.append((rules.astype(np.int64), starts, ends))
        if not found:
            return Matches(*np.zeros((3, 0), dtype=np.int64))
        names, starts, ends = (np.concatenate(parts) for parts in zip(*found, strict=True))
        order = np.lexsort((names, starts, starts - ends))
        names, starts, ends = names[order], starts[order], ends[order]
        new = np.ones(len(names), dtype=bool)
        # A phrase, and a pattern over tokens with the same label, may find the same.
        new[1:] = (np.diff(names) != 0) | (np.diff(starts) != 0) | (np.diff(ends) != 0)
        return Matches(names[new], starts[new], ends[new])

    def compiled(self) -> Compiled:
        """What the patterns were made into."""
        if self._compiled is None:
            phrases: dict[int, list[PhraseList]] = {place: [] for place in self.names.values()}
            tokens: list[tuple[int, Pattern]] = []
            for (label, own_id, _), read in self._entries:
                place = self.names[label, own_id]
                if isinstance(read, PhraseList):
                    phrases[place].append(read)
                else:
                    tokens.append((place, read))
            self._compiled = Compiled(
                Lists(self._attr, phrases) if any(phrases.values()) else None,
                Automaton(tokens, self._fuzzy_compare) if tokens else None,
                hash_strings([label for label, _ in self.names]),
                hash_strings([own_id for _, own_id in self.names]),
            )
        return self._compiled
