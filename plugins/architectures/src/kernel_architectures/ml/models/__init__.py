"""Architectures as functions: this is the module `kernel.ml.models`. A config names them by their registered names."""

from kernel_architectures.ml.models.spancat import (
    build_linear_logistic,
    build_mean_max_reducer,
    build_spancat_model,
)
from kernel_architectures.ml.models.tok2vec import (
    CharacterEmbed,
    MaxoutWindowEncoder,
    MishWindowEncoder,
    MultiHashEmbed,
    build_hash_embed_cnn_tok2vec,
    build_Tok2Vec_model,
)
from kernel_architectures.span_finder.span_finder import build_span_finder as build_finder_model
from kernel_architectures.tagger.tagger import build_tagger as build_tagger_model
from kernel_architectures.textcat.bow import build_bow as build_bow_text_classifier_v3
from kernel_architectures.textcat.bow_v2 import build_bow_v2 as build_bow_text_classifier
from kernel_architectures.textcat.cnn import build_cnn as build_simple_cnn_text_classifier
from kernel_architectures.textcat.ensemble import build_ensemble as build_text_classifier_v2
from kernel_architectures.textcat.low_data import build_low_data as build_text_classifier_lowdata
from kernel_architectures.textcat.parametric_attention import (
    build_parametric_attention as build_textcat_parametric_attention_v1,
)
from kernel_architectures.textcat.reduce import build_reduce as build_reduce_text_classifier
from kernel_architectures.transition.transition_based_parser import (
    build_transition_model as build_tb_parser_model,
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
    "build_reduce_text_classifier",
    "build_simple_cnn_text_classifier",
    "build_spancat_model",
    "build_tagger_model",
    "build_tb_parser_model",
    "build_text_classifier_lowdata",
    "build_text_classifier_v2",
    "build_textcat_parametric_attention_v1",
]
