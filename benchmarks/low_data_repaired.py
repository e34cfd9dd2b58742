"""spaCy's TextCatLowData.v1 as it is meant: without the layer at which its initialization fails. Code for spaCy."""

from typing import Any

from spacy import registry
from spacy.ml.staticvectors import StaticVectors
from thinc.api import Dropout, Linear, Logistic, Model, ParametricAttention, Relu, chain, reduce_sum, residual


@registry.architectures("spacy.LowDataRepaired.v1")
def build(width: int, dropout: float, nO: int | None = None) -> Model[Any, Any]:
    hidden = [residual(Relu(width, width)), residual(Relu(width, width))]
    pooled = [StaticVectors(width), ParametricAttention(width), reduce_sum()]
    return chain(*pooled, *hidden, Linear(nO, width), Dropout(dropout), Logistic())
