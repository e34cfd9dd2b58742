"""TextCatCNN: a text classifier on mean token vectors."""

from collections.abc import Callable
from typing import Any

from thinc.api import Model

from kernel.config.ranges import PositiveInt
from kernel.tokens import Doc
from kernel_architectures.textcat.reduce import build_reduce


def build_cnn(
    tok2vec: Model[list[Doc], Any],
    exclusive_classes: bool,
    nO: PositiveInt | None = None,
    init_W: Callable[..., Any] | None = None,
) -> Model[list[Doc], Any]:
    """TextCatReduce with the mean alone: List[Doc] -> (D, nO). Refs: tok2vec, output_layer. Resizable.

    init_W: the first weights of the classes, see TextCatReduce.
    """
    return build_reduce(
        tok2vec=tok2vec,
        exclusive_classes=exclusive_classes,
        use_reduce_first=False,
        use_reduce_last=False,
        use_reduce_max=False,
        use_reduce_mean=True,
        nO=nO,
        init_W=init_W,
    )
