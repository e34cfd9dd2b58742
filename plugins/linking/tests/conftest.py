"""What the tests share: a small knowledge base, and texts that link to it."""

import pytest
from kernel.kb import InMemoryLookupKB

import kernel
from kernel.tokens import Doc, Span
from kernel.training import Example

WIDTH = 3
VECTORS = {"Q1": [1.0, 0.0, 0.0], "Q2": [0.0, 1.0, 0.0], "Q3": [0.0, 0.0, 1.0]}


def fill(kb):
    """Three entities, an alias that means two of them, and one that means the third."""
    for number, (entity, vector) in enumerate(VECTORS.items()):
        kb.add_entity(entity, 10 + number, vector)
    kb.add_alias("Adams", ["Q1", "Q2"], [0.6, 0.3])
    kb.add_alias("New York", ["Q3"], [0.9])
    return kb


def load_kb(vocab):
    return fill(InMemoryLookupKB(vocab, WIDTH))


@pytest.fixture
def nlp():
    return kernel.blank("en")


@pytest.fixture
def kb(nlp):
    return load_kb(nlp.vocab)


def doc_of(nlp, words, ents=(), sents=(0,)):
    """A document with entities (start, end, id) and sentences."""
    doc = Doc(nlp.vocab, words=words.split(), sent_starts=[i in sents for i in range(len(words.split()))])
    doc.ents = [Span(doc, start, end, label="NAME", kb_id=kb_id) for start, end, kb_id in ents]
    return doc


TEXTS = (
    ("Adams wrote a novel .", ((0, 1, "Q1"),), (0,)),
    ("Adams acts in films .", ((0, 1, "Q2"),), (0,)),
    ("a novel by Adams . he saw New York .", ((3, 4, "Q1"), (7, 9, "Q3")), (0, 5)),
    ("films with Adams and Adams .", ((2, 3, "Q2"), (4, 5, "Q2")), (0,)),
)


def examples_of(nlp, *, with_ents=True):
    """Examples; the predicted documents have the entities without links, or nothing."""
    found = []
    for words, ents, sents in TEXTS:
        gold = doc_of(nlp, words, ents, sents)
        bare = [(start, end, "") for start, end, _ in ents]
        predicted = doc_of(nlp, words, bare, sents) if with_ents else Doc(nlp.vocab, words=words.split())
        found.append(Example(predicted, gold))
    return found
