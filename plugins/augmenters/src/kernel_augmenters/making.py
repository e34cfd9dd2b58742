"""What augmenters share: the kind of function that they are, chance, and an example around a new reference."""

from collections.abc import Callable, Iterator
from typing import Any

from kernel.numeric.random import current
from kernel.tokens import Doc
from kernel.training import Example

Augmenter = Callable[[Any, Example], Iterator[Example]]


def happens(level: float) -> bool:
    """Whether something of a probability happens. Corpora seed what is drawn from by the run, the pass and the example."""
    return float(current().random()) < level


def example_of(nlp: Any, example: Example, reference: Doc) -> Example:
    """An example whose reference is another one: its text is tokenized anew, but where an example has the annotated words, as with
    `gold_preproc`, so has the new one. The example itself if the reference is its own."""
    if reference is example.reference:
        return example
    return Example(_seen(nlp, example, reference), reference, origin=example.origin)


def _seen(nlp: Any, example: Example, reference: Doc) -> Doc:
    if reference.has_unknown_spaces:
        return _of_same_words(reference)
    doc: Doc = nlp.make_doc(reference.text)
    if not example.same_words or doc.words() == reference.words():
        return doc
    # The tokenizer is of another opinion now. Where it was before, too, the annotated words are wanted.
    before = example.reference
    is_gold = nlp.make_doc(before.text).words() != before.words()
    return _of_same_words(reference) if is_gold else doc


def _of_same_words(reference: Doc) -> Doc:
    doc = Doc(reference.vocab, words=reference.words(), spaces=reference.spaces.tolist())
    doc.has_unknown_spaces = reference.has_unknown_spaces
    return doc
