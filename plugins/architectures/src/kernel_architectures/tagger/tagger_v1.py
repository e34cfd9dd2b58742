"""Tagger.v1: a label for every token, with probabilities in prediction too."""

from typing import Any

from thinc.api import Model

from kernel.config.ranges import PositiveInt
from kernel.tokens import Doc
from kernel_architectures.tagger.tagger import build_tagger


def build_tagger_v1(
    tok2vec: Model[list[Doc], list[Any]], nO: PositiveInt | None = None
) -> Model[list[Doc], list[Any]]:
    """Score the labels of each token: List[Doc] -> list of (n tokens, nO). For configs that name it: take Tagger.v2.

    The scores are always probabilities. Refs: tok2vec, softmax, output_layer.
    """
    return build_tagger(tok2vec, nO, normalize=True)
