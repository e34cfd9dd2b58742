"""Dependency trees as arc-eager actions: the classes, what is valid, decoding and the dynamic oracle.

Everything here works on flat numpy columns of a batch and on a score function; it knows neither documents nor models.
"""

from kernel_components.arc_eager.columns import Constraints, Gold, Parse
from kernel_components.arc_eager.decode import ScoreFunction, decode
from kernel_components.arc_eager.explore import LearningScores, learn, recall
from kernel_components.arc_eager.moves import BREAK, LEFT, REDUCE, RIGHT, ROOT, SHIFT, SUBTOKEN, Moves

__all__ = [
    "BREAK",
    "LEFT",
    "REDUCE",
    "RIGHT",
    "ROOT",
    "SHIFT",
    "SUBTOKEN",
    "Constraints",
    "Gold",
    "LearningScores",
    "Moves",
    "Parse",
    "ScoreFunction",
    "decode",
    "learn",
    "recall",
]
