"""A corpus of nested spans, made by a grammar: names of people, places and organisations inside of each other.

Names are made of syllables, so that those of the test part are new; family names and cities look alike, so that context decides.
"""

from __future__ import annotations

import random
from collections.abc import Callable

# A word, or (label, parts).
Tree = str | tuple[str, list["Tree"]]

ONSETS = [
    "b",
    "br",
    "d",
    "dr",
    "f",
    "g",
    "gr",
    "k",
    "kl",
    "l",
    "m",
    "n",
    "p",
    "r",
    "s",
    "st",
    "t",
    "tr",
    "v",
    "w",
]
NUCLEI = ["a", "e", "i", "o", "u", "ei", "au"]
CODAS = ["", "n", "r", "l", "s", "rg", "nd", "ck", "m"]
TITLES = ["Dr.", "Prof.", "President", "Judge", "Captain", "Mrs.", "Mr."]
FIELDS = ["Physics", "Law", "Medicine", "Music", "Economics", "Forestry", "Theology"]
KINDS = ["Congress", "Festival", "Conference", "Games", "Fair"]
MONTHS = ["January", "March", "April", "June", "August", "October", "December"]
NOUNS = [
    "report",
    "garden",
    "river",
    "committee",
    "answer",
    "train",
    "market",
    "winter",
    "letter",
    "judge",
    "fair",
    "captain",
]
VERBS = ["visited", "praised", "left", "criticised", "joined", "called", "remembered", "founded"]
ADVERBS = ["yesterday", "quietly", "again", "in vain", "at last", "with some delay"]


class Grammar:
    """Sentences with nested names, from a stream of random numbers."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def pick(self, options: list[str]) -> str:
        return self.random.choice(options)

    def name(self, syllables: int) -> str:
        """A name that hardly occurs again."""
        parts = [self.pick(ONSETS) + self.pick(NUCLEI) + self.pick(CODAS) for _ in range(syllables)]
        return "".join(parts).capitalize()

    def city(self) -> Tree:
        return ("CITY", [self.name(2)])

    def place(self) -> Tree:
        if self.random.random() < 0.4:
            return ("LOC", [self.city(), ",", self.name(3) + "ia"])
        return ("LOC", [self.city()])

    def person(self) -> Tree:
        given, family = ("GIVEN", [self.name(2)]), ("FAMILY", [self.name(2)])
        shapes: list[list[Tree]] = [[given, family], [family], [("TITLE", [self.pick(TITLES)]), family]]
        shapes.append([("TITLE", [self.pick(TITLES)]), given, family])
        return ("PER", self.random.choice(shapes))

    def organisation(self) -> Tree:
        shapes: list[Callable[[], list[Tree]]] = [
            lambda: ["University", "of", self.place()],
            lambda: [self.city(), "Institute", "of", self.pick(FIELDS)],
            lambda: ["Bank", "of", self.city()],
            lambda: [("FAMILY", [self.name(2)]), "&", ("FAMILY", [self.name(2)]), "Ltd"],
            lambda: [("PER", [("GIVEN", [self.name(2)]), ("FAMILY", [self.name(2)])]), "Foundation"],
        ]
        return ("ORG", self.random.choice(shapes)())

    def event(self) -> Tree:
        year = ("YEAR", [str(self.random.randint(1900, 2030))])
        return ("EVENT", [year, self.city(), self.pick(KINDS)])

    def date(self) -> Tree:
        year = ("YEAR", [str(self.random.randint(1900, 2030))])
        return ("DATE", [str(self.random.randint(1, 28)), self.pick(MONTHS), year])

    def sentence(self) -> list[Tree]:
        choose, chance = self.random.choice, self.random.random
        thing: list[Callable[[], list[Tree]]] = [
            lambda: [self.person()],
            lambda: ["the", self.pick(NOUNS)],
            lambda: ["the", self.organisation()],
            lambda: [self.person(), "of", "the", self.organisation()],
            lambda: ["the", self.event()],
            lambda: [str(self.random.randint(1900, 2030)), self.pick(NOUNS) + "s"],
            lambda: [self.name(2)],
        ]
        words: list[Tree] = [*choose(thing)(), self.pick(VERBS), *choose(thing)()]
        if chance() < 0.5:
            words += ["in", self.place()]
        if chance() < 0.4:
            words += ["on", self.date()]
        if chance() < 0.5:
            words += self.pick(ADVERBS).split()
        return [*words, "."]


def flat(trees: list[Tree]) -> tuple[list[str], list[tuple[int, int, str]]]:
    """The words, and (start, end, label) of the spans."""
    words: list[str] = []
    spans: list[tuple[int, int, str]] = []

    def add(tree: Tree) -> None:
        if isinstance(tree, str):
            words.append(tree)
            return
        start = len(words)
        for part in tree[1]:
            add(part)
        spans.append((start, len(words), tree[0]))

    for tree in trees:
        add(tree)
    return words, spans
