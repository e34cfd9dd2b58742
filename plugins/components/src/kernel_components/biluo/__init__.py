"""Named entities as BILUO actions: the classes, what is valid, decoding and the dynamic oracle.

Everything here works on flat numpy columns of a batch and on a score function; it knows neither documents nor models.
"""

from .decode import ScoreFunction, decode
from .gradient import gradient
from .moves import BEGIN, IN, LAST, MISSING, OUT, UNIT, Moves
from .oracle import Gold, costs
from .path import Path
from .validity import Constraints

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
    "costs",
    "decode",
    "gradient",
]
