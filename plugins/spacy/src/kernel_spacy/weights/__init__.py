"""The weights of a pipeline of spaCy as ours, and ours as theirs."""

from kernel_spacy.weights.nodes import SavedNode, read_nodes, write_nodes
from kernel_spacy.weights.pairs import give, take
from kernel_spacy.weights.table import counterpart

__all__ = ["SavedNode", "counterpart", "give", "read_nodes", "take", "write_nodes"]
