"""`kernel.ml.models.textcat`."""

from kernel_architectures.textcat.bow import build_bow as build_bow_text_classifier_v3
from kernel_architectures.textcat.bow_v2 import build_bow_v2 as build_bow_text_classifier
from kernel_architectures.textcat.cnn import build_cnn as build_simple_cnn_text_classifier
from kernel_architectures.textcat.ensemble import build_ensemble as build_text_classifier_v2
from kernel_architectures.textcat.low_data import build_low_data as build_text_classifier_lowdata
from kernel_architectures.textcat.parametric_attention import (
    build_parametric_attention as build_textcat_parametric_attention_v1,
)
from kernel_architectures.textcat.reduce import build_reduce as build_reduce_text_classifier

__all__ = [
    "build_bow_text_classifier",
    "build_bow_text_classifier_v3",
    "build_reduce_text_classifier",
    "build_simple_cnn_text_classifier",
    "build_text_classifier_lowdata",
    "build_text_classifier_v2",
    "build_textcat_parametric_attention_v1",
]
