"""Knowledge bases: entities, their vectors, and the texts that may mean them. The module `kernel.kb`."""

from kernel_linking.kb.candidate import Candidate, get_candidates, get_candidates_batch
from kernel_linking.kb.kb import KnowledgeBase
from kernel_linking.kb.kb_in_memory import InMemoryLookupKB

__all__ = ["Candidate", "InMemoryLookupKB", "KnowledgeBase", "get_candidates", "get_candidates_batch"]
