"""Functions that find candidates: what a config hands to the component."""

from collections.abc import Callable, Iterable

from kernel.tokens import Span
from kernel_linking.kb.candidate import Candidate
from kernel_linking.kb.kb import KnowledgeBase


def get_candidates(kb: KnowledgeBase, mention: Span) -> Iterable[Candidate]:
    """What the knowledge base itself says of a mention."""
    return kb.get_candidates(mention)


def get_candidates_batch(kb: KnowledgeBase, mentions: Iterable[Span]) -> Iterable[Iterable[Candidate]]:
    """What the knowledge base itself says of many mentions."""
    return kb.get_candidates_batch(mentions)


def make_candidate_generator() -> Callable[[KnowledgeBase, Span], Iterable[Candidate]]:
    """Return a function of a knowledge base and a mention that gives the candidates, as the knowledge base looks them up."""
    return get_candidates


def make_candidate_batch_generator() -> Callable[
    [KnowledgeBase, Iterable[Span]], Iterable[Iterable[Candidate]]
]:
    """Return a function of a knowledge base and mentions that gives the candidates of each, as the knowledge base looks them up."""
    return get_candidates_batch
