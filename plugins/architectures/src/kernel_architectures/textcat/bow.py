"""TextCatBOW: a text classifier on bags of n-grams."""

from typing import Any

from thinc.api import Model

from kernel.config.ranges import PositiveInt
from kernel.tokens import Doc
from kernel_architectures.textcat.bag import bag_of_ngrams
from kernel_architectures.textcat.hashed_linear import HashedLinear, resized


def build_bow(
    exclusive_classes: bool,
    ngram_size: PositiveInt,
    no_output_layer: bool,
    length: PositiveInt = 262144,
    nO: PositiveInt | None = None,
) -> Model[list[Doc], Any]:
    """Score documents by the n-grams of their word forms: List[Doc] -> (D, nO).

    exclusive_classes: softmax if true, else each class by its own logistic. ngram_size: n-grams of 1 to this many
    tokens. no_output_layer: leave the sums as they are, for use inside another model. length: rows of the hash
    table, rounded up to a power of two. Ref: output_layer (see `HashedLinear`). New classes start with weights 0
    and bias -3, which makes them unlikely; without output layer 0.
    """
    if length < 1:
        raise ValueError(f"TextCatBOW: length must be 1 or more, not {length}")
    linear = HashedLinear(nO, 1 << (length - 1).bit_length())
    return bag_of_ngrams(linear, ngram_size, exclusive_classes, no_output_layer, resized)
