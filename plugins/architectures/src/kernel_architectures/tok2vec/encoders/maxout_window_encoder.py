"""The encoder of the field: convolutions with maxout, layer norm and residual connections."""

from typing import Any

from thinc.api import Model
from thinc.types import Floats2d

from kernel.config.ranges import NonNegativeInt, PositiveInt
from kernel.errors import UsageError
from kernel_architectures.tok2vec.dense import maxout_block
from kernel_architectures.tok2vec.encoders.window_encoder import window_encoder


def build_maxout_window_encoder(
    width: PositiveInt, window_size: PositiveInt, maxout_pieces: PositiveInt, depth: NonNegativeInt
) -> Model[list[Floats2d], list[Floats2d]]:
    """Encode context by convolutions with maxout activation, layer norm and residual connections.

    width: width of input and output. 96 to 300 are usual.
    window_size: how many tokens on either side a layer looks at. 1 is usual.
    maxout_pieces: how many affine maps the maximum is taken of. 2 or 3 are usual.
    depth: number of layers. A token depends on depth * window_size tokens on either side.
    """
    if maxout_pieces < 1:
        raise UsageError(f"MaxoutWindowEncoder: maxout_pieces must be at least 1, not {maxout_pieces}")
    make_block: Any = lambda nO, nI: maxout_block(nO, nI, maxout_pieces)
    return window_encoder("maxout_window_encoder", width, window_size, depth, make_block)
