"""The weights of a pipeline of spaCy as ours, and ours as theirs."""

from kernel_spacy.weights.nodes import SavedNode, read_nodes, write_nodes
from kernel_spacy.weights.pairs import give, take
from kernel_spacy.weights.table import as_saved, counterpart

__all__ = ["SavedNode", "as_saved", "counterpart", "give", "read_nodes", "take", "write_nodes"]
