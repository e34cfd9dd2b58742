"""Named entities as BILUO actions: the classes, what is valid, decoding and the dynamic oracle.

Everything here works on flat numpy columns of a batch and on a score function; it knows neither documents nor models.
"""

from kernel_components.biluo.decode import ScoreFunction, blocks, decode
from kernel_components.biluo.moves import BEGIN, IN, LAST, MISSING, OUT, UNIT, Moves
from kernel_components.biluo.oracle import Gold, costs
from kernel_components.biluo.path import Path
from kernel_components.biluo.validity import Constraints

__all__ = [
    "BEGIN",
    "IN",
    "LAST",
    "MISSING",
    "OUT",
    "UNIT",
    "Constraints",
    "Gold",
    "Moves",
    "Path",
    "ScoreFunction",
    "blocks",
    "costs",
    "decode",
]
