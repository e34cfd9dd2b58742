"""Knowledge bases without entities."""

from collections.abc import Callable

from kernel.config.ranges import PositiveInt
from kernel.vocab import Vocab
from kernel_linking.kb import InMemoryLookupKB


def make_empty_kb_of_length(entity_vector_length: PositiveInt) -> Callable[[Vocab], InMemoryLookupKB]:
    """Return a function of a vocabulary that makes an empty knowledge base.

    entity_vector_length: the width of the vectors.
    """

    def make(vocab: Vocab) -> InMemoryLookupKB:
        return InMemoryLookupKB(vocab, entity_vector_length)

    return make


def make_empty_kb() -> Callable[[Vocab, int], InMemoryLookupKB]:
    """Return a function of a vocabulary and a width of vectors that makes an empty knowledge base."""

    def make(vocab: Vocab, entity_vector_length: int) -> InMemoryLookupKB:
        return InMemoryLookupKB(vocab, entity_vector_length)

    return make
