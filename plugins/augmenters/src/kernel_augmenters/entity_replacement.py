"""Other entities of the same label in the place of those of a text."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from kernel.config.ranges import Fraction, PositiveInt
from kernel.errors import ConfigError, DataError
from kernel.numeric.random import apart, current
from kernel.tokens import Doc
from kernel.training import Example
from kernel_augmenters.making import Augmenter, example_of, happens
from kernel_augmenters.splicing import Edit, Phrase, can_be_replaced, spliced

_NAME = "kernel.entity_replacement.v1"
Phrases = dict[str, list[Phrase]]


def create_entity_replacement_augmenter(
    level: Fraction,
    corpus: Callable[[Any], Iterable[Example]] | None = None,
    entities: dict[str, list[str]] | None = None,
    per_entity: Fraction = 1.0,
    examples: PositiveInt = 10000,
) -> Augmenter:
    """Put other entities in the place of those of some examples; all other annotations move with their tokens.

    level: the share of these examples. corpus: a reader, whose entities are taken with all that is annotated in them. entities:
    texts for each label, given here or by a function that reads a file, such as kernel.read_json.v1; their tags and lemmas are not
    known. At least one of both is needed. per_entity: the share of entities that are replaced. examples: how many of the corpus are
    looked at. An entity stays if none of its label is known, if it lies in two sentences, or if a span of a group begins or ends in
    it.
    """
    if corpus is None and not entities:
        raise ConfigError(f"{_NAME} has no entities to take", hint="Set corpus, to a reader, or entities.")
    return EntityReplacement(level, corpus, entities or {}, per_entity, examples)


class EntityReplacement:
    """See `create_entity_replacement_augmenter`. The entities are collected when the first example comes."""

    def __init__(
        self,
        level: float,
        corpus: Callable[[Any], Iterable[Example]] | None,
        entities: Mapping[str, Sequence[str]],
        per_entity: float,
        examples: int,
    ) -> None:
        self.level, self.per_entity = level, per_entity
        self._corpus, self._given, self._examples = corpus, entities, examples
        self._phrases: Phrases | None = None

    def __call__(self, nlp: Any, example: Example) -> Iterator[Example]:
        """The example, or one with other entities."""
        if self._phrases is None:
            self._phrases = self._collected(nlp)
        if not happens(self.level):
            yield example
            return
        edits = list(self._edits(example.reference, self._phrases))
        yield example_of(nlp, example, spliced(example.reference, edits)) if edits else example

    def _edits(self, doc: Doc, phrases: Phrases) -> Iterator[Edit]:
        words = doc.words()
        for start, end, label in doc.entity_ranges():
            known = phrases.get(doc.vocab.strings[label], ())
            if not (happens(self.per_entity) and known and can_be_replaced(doc, start, end)):
                continue
            place = int(current().integers(len(known)))
            if known[place].words == tuple(words[start:end]):
                # They differ from each other: the next one is another one, if there is any.
                place = (place + 1) % len(known)
            if known[place].words != tuple(words[start:end]):
                yield Edit(start, end, known[place])

    def _collected(self, nlp: Any) -> Phrases:
        found: dict[str, dict[tuple[str, ...], Phrase]] = {}
        # The same ones, whichever example comes first: that of a run, or the one at which a run goes on.
        with apart(0, _NAME):
            for doc in self._documents(nlp):
                for start, end, number in doc.entity_ranges():
                    phrase = Phrase.of(doc, start, end)
                    found.setdefault(doc.vocab.strings[number], {}).setdefault(phrase.words, phrase)
        for label, texts in self._given.items():
            for text in texts:
                doc = nlp.make_doc(text.strip())
                if len(doc):
                    phrase = Phrase.of(doc, 0, len(doc))
                    found.setdefault(label, {}).setdefault(phrase.words, phrase)
        if not found:
            raise DataError(
                f"{_NAME}: the corpus has no entities", hint="Give it one with entities, or set entities."
            )
        return {label: list(phrases.values()) for label, phrases in found.items()}

    def _documents(self, nlp: Any) -> Iterator[Doc]:
        if self._corpus is not None:
            for example in islice(self._corpus(nlp), self._examples):
                yield example.reference
