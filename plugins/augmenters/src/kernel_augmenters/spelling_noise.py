"""Misspelt words, as hands on keyboards make them."""

from collections.abc import Callable, Iterator
from typing import Annotated, Any, Literal

from numpy.random import Generator

from kernel.config.ranges import Fraction, NonEmpty, PositiveInt
from kernel.numeric.random import current
from kernel.training import Example
from kernel_augmenters.keyboards import NEIGHBOURS
from kernel_augmenters.making import Augmenter, example_of, happens
from kernel_augmenters.respelling import respelled

Kind = Literal["swap", "drop", "double", "neighbour"]


def create_spelling_noise_augmenter(
    level: Fraction,
    per_token: Fraction = 0.1,
    kinds: Annotated[list[Kind], NonEmpty] = ["swap", "drop", "double", "neighbour"],  # noqa: B006
    keyboard: Literal["qwerty", "qwertz", "azerty"] = "qwerty",
    min_length: PositiveInt = 4,
    entities: bool = True,
) -> Augmenter:
    """Misspell words in some examples: the tokens stay, and with them all annotations.

    level: the share of these examples. per_token: the share of their words that are misspelt, one letter each. kinds: two letters
    swapped, one dropped, one doubled, or the one of a key beside it. keyboard: where keys are. min_length: letters that a word has
    at least; those with other characters than letters stay as they are. entities: whether words of entities may be misspelt.
    """
    neighbours = NEIGHBOURS[keyboard]

    def augment(nlp: Any, example: Example) -> Iterator[Example]:
        if not happens(level):
            yield example
            return
        reference, random = example.reference, current()
        hit = random.random(len(reference)) < per_token
        if not entities:
            for start, end, _ in reference.entity_ranges():
                hit[start:end] = False
        words = reference.words()
        changed = {
            place: misspelt(words[place], kinds[int(random.integers(len(kinds)))], random, neighbours)
            for place in hit.nonzero()[0].tolist()
            if len(words[place]) >= max(min_length, 2) and words[place].isalpha()
        }
        changed = {place: word for place, word in changed.items() if word != words[place]}
        yield example_of(nlp, example, respelled(reference, changed))

    return augment


def misspelt(word: str, kind: Kind, random: Generator, neighbours: dict[str, str]) -> str:
    """A word of two letters or more with one mistake. The first letter is never dropped, and stays in its case."""
    return _MISTAKES[kind](word, random, neighbours)


def _swap(word: str, random: Generator, neighbours: dict[str, str]) -> str:
    # Of two letters that are equal nobody would see that they are swapped.
    places = [place for place in range(len(word) - 1) if word[place].lower() != word[place + 1].lower()]
    if not places:
        return word
    place = places[int(random.integers(len(places)))]
    pair = _in_case_of(word[place + 1] + word[place], word[place : place + 2])
    return word[:place] + pair + word[place + 2 :]


def _drop(word: str, random: Generator, neighbours: dict[str, str]) -> str:
    place = int(random.integers(1, len(word)))
    return word[:place] + word[place + 1 :]


def _double(word: str, random: Generator, neighbours: dict[str, str]) -> str:
    place = int(random.integers(1, len(word)))
    return word[:place] + word[place] + word[place:]


def _neighbour(word: str, random: Generator, neighbours: dict[str, str]) -> str:
    places = [place for place, letter in enumerate(word) if letter.lower() in neighbours]
    if not places:
        return word
    place = places[int(random.integers(len(places)))]
    keys = neighbours[word[place].lower()]
    key = keys[int(random.integers(len(keys)))]
    return word[:place] + _in_case_of(key, word[place]) + word[place + 1 :]


def _in_case_of(letters: str, like: str) -> str:
    """Letters, each in the case of the one at its place: "Ab" swapped is "Ba"."""
    cased = [
        one.upper() if other.isupper() else one.lower() for one, other in zip(letters, like, strict=True)
    ]
    # Letters whose other case has another length stay.
    return "".join(cased) if len("".join(cased)) == len(letters) else letters


_MISTAKES: dict[str, Callable[[str, Generator, dict[str, str]], str]] = {
    "swap": _swap,
    "drop": _drop,
    "double": _double,
    "neighbour": _neighbour,
}
