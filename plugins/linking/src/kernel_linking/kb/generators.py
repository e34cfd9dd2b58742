"""Functions that find candidates: what a config hands to the component."""

from collections.abc import Callable, Iterable

from kernel.tokens import Span
from kernel_linking.kb.candidate import Candidate, get_candidates, get_candidates_batch
from kernel_linking.kb.kb import KnowledgeBase


def make_candidate_generator() -> Callable[[KnowledgeBase, Span], Iterable[Candidate]]:
    """Return a function of a knowledge base and a mention that gives the candidates, as the knowledge base looks them up."""
    return get_candidates


def make_candidate_batch_generator() -> Callable[
    [KnowledgeBase, Iterable[Span]], Iterable[Iterable[Candidate]]
]:
    """Return a function of a knowledge base and mentions that gives the candidates of each, as the knowledge base looks them up."""
    return get_candidates_batch
