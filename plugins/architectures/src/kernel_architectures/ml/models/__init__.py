"""Architectures as functions: this is the module `kernel.ml.models`. A config names them by their registered names."""

from kernel_architectures.ml.models.entity_linker import build_nel_encoder
from kernel_architectures.ml.models.parser import build_tb_parser_model
from kernel_architectures.ml.models.span_finder import build_finder_model
from kernel_architectures.ml.models.spancat import (
    build_linear_logistic,
    build_mean_max_reducer,
    build_spancat_model,
)
from kernel_architectures.ml.models.tagger import build_tagger_model
from kernel_architectures.ml.models.textcat import (
    build_bow_text_classifier,
    build_bow_text_classifier_v3,
    build_reduce_text_classifier,
    build_simple_cnn_text_classifier,
    build_text_classifier_lowdata,
    build_text_classifier_v2,
    build_textcat_parametric_attention_v1,
)
from kernel_architectures.ml.models.tok2vec import (
    CharacterEmbed,
    MaxoutWindowEncoder,
    MishWindowEncoder,
    MultiHashEmbed,
    build_hash_embed_cnn_tok2vec,
    build_Tok2Vec_model,
)

__all__ = [
    "CharacterEmbed",
    "MaxoutWindowEncoder",
    "MishWindowEncoder",
    "MultiHashEmbed",
    "build_Tok2Vec_model",
    "build_bow_text_classifier",
    "build_bow_text_classifier_v3",
    "build_finder_model",
    "build_hash_embed_cnn_tok2vec",
    "build_linear_logistic",
    "build_mean_max_reducer",
    "build_nel_encoder",
    "build_reduce_text_classifier",
    "build_simple_cnn_text_classifier",
    "build_spancat_model",
    "build_tagger_model",
    "build_tb_parser_model",
    "build_text_classifier_lowdata",
    "build_text_classifier_v2",
    "build_textcat_parametric_attention_v1",
]
