"""MishWindowEncoder.v1: the encoder of version 2 for a single array."""

from thinc.api import Model
from thinc.types import Floats2d

from kernel.config.ranges import NonNegativeInt, PositiveInt
from kernel_architectures.tok2vec.encoders.mish_window_encoder import build_mish_window_encoder
from kernel_architectures.tok2vec.encoders.one_array import one_array


def build_mish_window_encoder_v1(
    width: PositiveInt, window_size: PositiveInt, depth: NonNegativeInt
) -> Model[Floats2d, Floats2d]:
    """Encode context by convolutions: (N, width) -> (N, width). For Tok2Vec.v1, in configs that name it: take version 2.

    The settings are those of version 2. The attribute `receptive_field` says how many rows on either side a row depends on.
    """
    return one_array(build_mish_window_encoder(width, window_size, depth))
