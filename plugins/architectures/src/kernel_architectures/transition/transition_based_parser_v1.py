"""The model of transition systems under its first number, which differs in a default."""

from collections.abc import Callable
from typing import Any, Literal

from thinc.api import Model

from kernel.config.ranges import PositiveInt
from kernel.tokens import Doc
from kernel_architectures.transition.transition_based_parser import build_transition_model
from kernel_architectures.transition.transition_scores import TransitionScores


def build_transition_model_v1(
    tok2vec: Model[list[Doc], list[Any]],
    state_type: Literal["parser", "ner"],
    extra_state_tokens: bool,
    hidden_width: PositiveInt,
    maxout_pieces: PositiveInt,
    use_upper: bool = True,
    nO: PositiveInt | None = None,
    init_W: Callable[..., Any] | None = None,
) -> Model[list[Doc], TransitionScores]:
    """Score the states of a transition system: kernel.TransitionBasedParser.v2, with `use_upper` unless it says no."""
    return build_transition_model(
        tok2vec, state_type, extra_state_tokens, hidden_width, maxout_pieces, use_upper, nO, init_W
    )
