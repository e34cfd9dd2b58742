"""`kernel.ml.wordforms`."""

from kernel_architectures.tok2vec.embeddings.per_word_form import per_word_form

__all__ = ["per_word_form"]
