"""Random documents, annotated at random on both sides, with other words on one of them."""

import random
from collections.abc import Callable

import pytest

import kernel
from kernel.tokens import Doc, Span
from kernel.training import Example

LABELS = ("ORG", "PER", "LOC", "<b>")
WORDS = ("Ann", "saw", "a", "cat", "in", "Rome", ".", "isn't", "שלום", "e\u0301")


@pytest.fixture(scope="session")
def vocab():
    return kernel.blank("en").vocab


@pytest.fixture
def make_example(vocab) -> Callable[[random.Random], Example]:
    """A function of random numbers that gives an example with annotations of all kinds, some of them missing."""

    def make(numbers: random.Random) -> Example:
        words = [numbers.choice(WORDS) for _ in range(numbers.randint(1, 14))]
        spaces = [True] * len(words)
        reference = Doc(vocab, words=words, spaces=spaces)
        others, gaps = [], []
        for word in words:
            if len(word) > 2 and numbers.random() < 0.15:
                others += [word[:2], word[2:]]
                gaps += [False, True]
            elif numbers.random() < 0.1 and others and gaps[-1] is False:
                others.append(word)
                gaps.append(True)
            else:
                others.append(word)
                gaps.append(True)
        predicted = Doc(vocab, words=others, spaces=gaps)
        for doc, is_gold in ((predicted, False), (reference, True)):
            _annotate(doc, numbers, is_gold)
        return Example(predicted, reference)

    return make


def _annotate(doc: Doc, numbers: random.Random, is_gold: bool) -> None:
    # Of some gold documents a kind of annotation is missing.
    def has() -> bool:
        return not is_gold or numbers.random() < 0.85

    if has():
        ents = _spans(doc, numbers, overlap=False)
        taken = {token for span in ents for token in range(span.start, span.end)}
        missing = (
            []
            if not is_gold
            else [
                Span(doc, place, place + 1)
                for place in range(len(doc))
                if place not in taken and numbers.random() < 0.1
            ]
        )
        doc.set_ents(ents, missing=missing)
    if has():
        doc.spans["sc"] = _spans(doc, numbers, overlap=True)
    for token in doc:
        if numbers.random() < 0.9:
            token.tag_ = numbers.choice(("NN", "VB", "DT"))
        if numbers.random() < 0.9:
            token.pos_ = numbers.choice(("NOUN", "VERB", "DET"))
        if numbers.random() < 0.9:
            token.lemma_ = numbers.choice(("be", "cat"))
        if numbers.random() < 0.8:
            token.set_morph(
                numbers.choice(("Case=Nom|Number=Sing", "Case=Acc", "Number=Plur|Case=Acc,Nom", "_", ""))
            )
    if has():
        for place, token in enumerate(doc):
            token.is_sent_start = place == 0 or numbers.random() < 0.3
    doc.cats = (
        {
            label: float(numbers.random() < 0.4) if is_gold else numbers.random()
            for label in LABELS
            if numbers.random() < 0.8
        }
        if has()
        else {}
    )


def _spans(doc: Doc, numbers: random.Random, *, overlap: bool) -> list[Span]:
    found, place = [], 0
    while place < len(doc):
        if numbers.random() < 0.35:
            end = min(len(doc), place + numbers.randint(1, 3))
            found.append(Span(doc, place, end, label=numbers.choice(LABELS)))
            if not overlap:
                place = end
                continue
        place += 1
    unique = {(span.label_, span.start, span.end): span for span in found}
    return list(unique.values())
