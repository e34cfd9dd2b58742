"""A window encoder with mish in place of maxout: fewer weights, a smooth activation."""

from thinc.api import Model
from thinc.types import Floats2d

from kernel.config.ranges import NonNegativeInt, PositiveInt
from kernel_architectures.tok2vec.dense import mish_block
from kernel_architectures.tok2vec.encoders.window_encoder import window_encoder


def build_mish_window_encoder(
    width: PositiveInt, window_size: PositiveInt, depth: NonNegativeInt
) -> Model[list[Floats2d], list[Floats2d]]:
    """Encode context by convolutions with mish activation, layer norm and residual connections.

    width: width of input and output. window_size: how many tokens on either side a layer looks at. depth: number of
    layers. Documents do not see each other.
    """
    return window_encoder("mish_window_encoder", width, window_size, depth, mish_block)
