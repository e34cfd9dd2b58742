"""TextCatBOW.v2: a bag of n-grams whose classes share the rows of one table."""

from typing import Any

from thinc.api import Model

from kernel.config.ranges import PositiveInt
from kernel.tokens import Doc
from kernel_architectures.textcat.bag import bag_of_ngrams
from kernel_architectures.textcat.shared_linear import LENGTH, SharedLinear, resized


def build_bow_v2(
    exclusive_classes: bool, ngram_size: PositiveInt, no_output_layer: bool, nO: PositiveInt | None = None
) -> Model[list[Doc], Any]:
    """Score documents by the n-grams of their word forms: List[Doc] -> (D, nO). For configs that name it: take TextCatBOW.v3.

    The weight of an n-gram for one class is the weight of another n-gram for the next class (see `SharedLinear`), so that classes
    disturb each other. The settings are those of TextCatBOW.v3; the table has 262,144 rows. Ref: output_layer. Resizable.
    """
    return bag_of_ngrams(SharedLinear(nO, LENGTH), ngram_size, exclusive_classes, no_output_layer, resized)
