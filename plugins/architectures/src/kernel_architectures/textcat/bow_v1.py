"""TextCatBOW.v1: TextCatBOW.v2 that can't get more classes."""

from typing import Any

from thinc.api import Model

from kernel.config.ranges import PositiveInt
from kernel.tokens import Doc
from kernel_architectures.textcat.bag import bag_of_ngrams
from kernel_architectures.textcat.shared_linear import LENGTH, SharedLinear


def build_bow_v1(
    exclusive_classes: bool, ngram_size: PositiveInt, no_output_layer: bool, nO: PositiveInt | None = None
) -> Model[list[Doc], Any]:
    """Score documents by the n-grams of their word forms: List[Doc] -> (D, nO). For configs that name it: take TextCatBOW.v3.

    See TextCatBOW.v2 for what is wrong with it. Ref: output_layer. Not resizable.
    """
    return bag_of_ngrams(SharedLinear(nO, LENGTH), ngram_size, exclusive_classes, no_output_layer, None)
