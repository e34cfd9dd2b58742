"""The model of transition systems as it is written without `use_upper`: a hidden layer and a layer with the scores."""

from collections.abc import Callable
from typing import Any, Literal

from thinc.api import Model

from kernel.config.ranges import PositiveInt
from kernel.tokens import Doc
from kernel_architectures.transition.transition_based_parser import build_transition_model
from kernel_architectures.transition.transition_scores import TransitionScores


def build_transition_model_v3(
    tok2vec: Model[list[Doc], list[Any]],
    state_type: Literal["parser", "ner"],
    extra_state_tokens: bool,
    hidden_width: PositiveInt,
    maxout_pieces: PositiveInt,
    nO: PositiveInt | None = None,
    use_upper: bool | None = None,
    init_W: Callable[..., Any] | None = None,
) -> Model[list[Doc], TransitionScores]:
    """Score the states of a transition system with a hidden layer and a layer on top.

    It is kernel.TransitionBasedParser.v2 with `use_upper`. `use_upper` itself is taken because configs of the field
    have it beside this number; false leaves the upper layer out, as in kernel.TransitionBasedParser.v2.
    """
    return build_transition_model(
        tok2vec,
        state_type,
        extra_state_tokens,
        hidden_width,
        maxout_pieces,
        use_upper is not False,
        nO,
        init_W,
    )
