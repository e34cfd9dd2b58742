"""The module `kernel.pipeline.tok2vec`. The model is a block of a config."""

from kernel_components.tok2vec.component import Tok2Vec
from kernel_components.token_vectors import HASH_EMBED_CNN as DEFAULT_TOK2VEC_MODEL

__all__ = ["DEFAULT_TOK2VEC_MODEL", "Tok2Vec"]
