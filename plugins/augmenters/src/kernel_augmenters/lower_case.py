"""Examples in lower case."""

from collections.abc import Iterator
from typing import Any

from kernel.config.ranges import Fraction
from kernel.tokens import Doc
from kernel.training import Example
from kernel_augmenters.making import Augmenter, example_of, happens
from kernel_augmenters.respelling import respelled


def create_lower_casing_augmenter(level: Fraction) -> Augmenter:
    """Give some examples in lower case, in place of what they are.

    level: the share of these examples. Lemmas and all other annotations stay.
    """

    def augment(nlp: Any, example: Example) -> Iterator[Example]:
        yield example_of(nlp, example, lowered(example.reference)) if happens(level) else example

    return augment


def lowered(doc: Doc) -> Doc:
    """A copy in lower case, the document itself if it is in lower case."""
    words = doc.words()
    return respelled(doc, {place: word.lower() for place, word in enumerate(words) if word.lower() != word})
