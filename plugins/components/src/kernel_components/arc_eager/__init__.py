"""Dependency trees as arc-eager actions: the classes, what is valid, decoding and the dynamic oracle.

Everything here works on flat numpy columns of a batch and on a score function; it knows neither documents nor models.
"""

from kernel_components.arc_eager.actions import BREAK, LEFT, REDUCE, RIGHT, SHIFT
from kernel_components.arc_eager.columns import Constraints, Gold, Parse
from kernel_components.arc_eager.decode import decode
from kernel_components.arc_eager.learn import learn, recall
from kernel_components.arc_eager.moves import ROOT, SUBTOKEN, Moves
from kernel_components.arc_eager.scores import LearningScores, ScoreFunction

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
