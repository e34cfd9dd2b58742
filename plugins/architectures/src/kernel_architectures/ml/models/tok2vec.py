"""`kernel.ml.models.tok2vec`."""

from kernel_architectures.tok2vec.embeddings.character_embed import build_character_embed as CharacterEmbed
from kernel_architectures.tok2vec.embeddings.multi_hash_embed import build_multi_hash_embed as MultiHashEmbed
from kernel_architectures.tok2vec.encoders.maxout_window_encoder import (
    build_maxout_window_encoder as MaxoutWindowEncoder,
)
from kernel_architectures.tok2vec.encoders.mish_window_encoder import (
    build_mish_window_encoder as MishWindowEncoder,
)
from kernel_architectures.tok2vec.hash_embed_cnn import build_hash_embed_cnn as build_hash_embed_cnn_tok2vec
from kernel_architectures.tok2vec.tok2vec import build_tok2vec as build_Tok2Vec_model

__all__ = [
    "CharacterEmbed",
    "MaxoutWindowEncoder",
    "MishWindowEncoder",
    "MultiHashEmbed",
    "build_Tok2Vec_model",
    "build_hash_embed_cnn_tok2vec",
]
