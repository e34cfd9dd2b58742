"""TextCatCNN.v1: TextCatCNN.v2 that can't get more classes."""

from typing import Any

from thinc.api import Model

from kernel.config.ranges import PositiveInt
from kernel.tokens import Doc
from kernel_architectures.textcat.cnn import build_cnn


def build_cnn_v1(
    tok2vec: Model[list[Doc], Any], exclusive_classes: bool, nO: PositiveInt | None = None
) -> Model[list[Doc], Any]:
    """TextCatReduce with the mean alone: List[Doc] -> (D, nO). Refs: tok2vec, output_layer. Not resizable."""
    model = build_cnn(tok2vec, exclusive_classes, nO)
    del model.attrs["resize_output"]
    return model
