"""Texts for plugins that bring vectors, tables or other things."""

from kernel.cli.scaffold.kinds import Kind

VECTORS = Kind(
    module="letters",
    function="make_letter_vectors",
    registered="$owner.LetterVectors.v1",
    about="vectors that count the letters of some words",
    requires=("numpy>=2",),
    code='''"""Vectors that count the letters of some words."""

from collections.abc import Callable
from string import ascii_lowercase

import numpy as np
from kernel.vocab import Vectors, Vocab


def make_letter_vectors(words: list[str]) -> Callable[[Vocab], Vectors]:
    """A vector for each of the words: how often each letter occurs in it."""

    def create(vocab: Vocab) -> Vectors:
        data = np.zeros((len(words), len(ascii_lowercase)), dtype="float32")
        for row, word in enumerate(words):
            data[row] = [word.lower().count(letter) for letter in ascii_lowercase]
        return Vectors(strings=vocab.strings, data=data, keys=words)

    return create
''',
    test='''"""The vectors go through the conformance suite."""

from typing import ClassVar

from kernel.testing import VectorsSuite


class TestLetterVectors(VectorsSuite):
    name = "$owner.LetterVectors.v1"
    settings: ClassVar = {"words": ["apple", "pear"]}

    def test_letters_are_counted(self) -> None:
        assert self.vocab().get_vector("apple")[:6].tolist() == [1, 0, 0, 0, 1, 0]
''',
    config={"nlp.vectors": '@vectors = "$owner.LetterVectors.v1"\nwords = ["apple", "pear"]'},
)

LOOKUPS = Kind(
    module="tables",
    function="make_tables",
    registered="$owner.Tables.v1",
    about="tables that components look words up in",
    code='''"""Tables that components look words up in."""


def make_tables(lower: bool = False) -> dict[str, dict[str, str]]:
    """Table -> word -> what it says. lower: lower-case keys.

    Components find them in `nlp.vocab.lookups`.
    """
    lemmas = {"Mice": "mouse", "went": "go"}
    if lower:
        lemmas = {word.lower(): lemma for word, lemma in lemmas.items()}
    return {"lemmas": lemmas}
''',
    test='''"""The tables go through the conformance suite."""

from typing import ClassVar

from kernel.testing import LookupsSuite


class TestTables(LookupsSuite):
    name = "$owner.Tables.v1"
    settings: ClassVar = {"lower": True}

    def test_keys_are_in_lower_case(self) -> None:
        assert self.build()["lemmas"]["mice"] == "mouse"
''',
    config={"initialize.lookups": '@lookups = "$owner.Tables.v1"\nlower = true'},
)

MISC = Kind(
    module="words",
    function="make_words",
    registered="$owner.words.v1",
    about="a word list that a config can hand to any function",
    code='''"""A word list that a config can hand to any function."""


def make_words(words: list[str], lower: bool = True) -> frozenset[str]:
    """The distinct words. lower: in lower case."""
    return frozenset(word.lower() if lower else word for word in words)
''',
    test='''"""The word list goes through the conformance suite."""

from typing import ClassVar

from kernel.testing import MiscSuite


class TestWords(MiscSuite):
    name = "$owner.words.v1"
    settings: ClassVar = {"words": ["One", "one", "two"]}

    def test_words_are_distinct(self) -> None:
        assert self.build() == {"one", "two"}
''',
)
