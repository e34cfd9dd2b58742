"""The module `kernel.pipeline.edit_tree_lemmatizer`. The model is a block of a config."""

from kernel_components.trainable_lemmatizer.component import MODEL as DEFAULT_EDIT_TREE_LEMMATIZER_MODEL
from kernel_components.trainable_lemmatizer.component import EditTreeLemmatizer

__all__ = ["DEFAULT_EDIT_TREE_LEMMATIZER_MODEL", "EditTreeLemmatizer"]
