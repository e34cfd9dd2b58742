"""Tables of word vectors: in memory, in mapped files, made of keys or of n-grams."""

from kernel.vocab.vectors.files import TableWriter, check_vectors
from kernel.vocab.vectors.make import make_vectors
from kernel.vocab.vectors.subwords import Subwords
from kernel.vocab.vectors.table import Vectors
from kernel.vocab.vectors.trained import check_trained_with, compare_used, remember, remembers

__all__ = [
    "Subwords",
    "TableWriter",
    "Vectors",
    "check_trained_with",
    "check_vectors",
    "compare_used",
    "make_vectors",
    "remember",
    "remembers",
]
