"""Transition systems: the layers that score states."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from thinc.api import Model

from kernel_spacy.weights.layers import Array, Counterpart, Form, Layer, Weight, affine, chain, plain, sizes
from kernel_spacy.weights.nodes import SavedNode

# With 13 slots theirs are in another order. By our slot, the number of theirs; ours in brackets: see arc_eager.states.
#   theirs: b0 b1 s0 s1 s2 L(s0,1) R(s0,1) L(b0,1) R(s0,2) L(s1,1) L(s1,2) R(s1,1) R(s1,2)
#   ours:   b0 b1 s0 s1 s2 L(b0,1) L(s0,1) R(s0,1) R(s1,2) R(s0,2) L(s1,1) R(s1,1) L(s1,2)
# Ours has L(s0,2) in slot 8, which theirs overwrites, unless the weights say that they know R(s1,2) there (`second_right`).
_ORDER = np.array([0, 1, 2, 3, 4, 7, 5, 6, 12, 8, 9, 11, 10])
_SLOTS = 13


def _transition_model(model: Model[Any, Any], of: Counterpart) -> Layer:
    tok2vec, project = model.layers[:2]
    lower, upper = model.get_ref("lower"), model.maybe_get_ref("upper")
    below = chain(of(tok2vec), plain("list2array"), affine("linear", project))
    states = _states(lower)
    top = plain("noop") if upper is None else affine("linear", upper)

    def taken(_: SavedNode) -> None:
        last = lower if upper is None else upper
        model.set_dim("nO", last.get_dim("nO"), force=True)
        model.attrs["unseen_classes"] = set()

    return Layer(
        "parser_model",
        [below, states, top],
        dims={"nI": None},
        attrs={"has_upper": upper is not None},
        checked=frozenset({"has_upper"}),
        refs={"tok2vec": below, "lower": states, "upper": top},
        taken=taken,
    )


def _states(lower: Model[Any, Any]) -> Layer:
    """The precomputed layer: W (nF, nO, nP, nI), b (nO, nP), pad (1, nF, nO, nP)."""
    ordered = lower.get_dim("nF") == _SLOTS

    def ours(array: Array) -> Array:
        return array[_ORDER] if ordered else array

    def theirs(array: Array) -> Array:
        return array[np.argsort(_ORDER)] if ordered else array

    def take_pad(array: Array) -> Array:
        if array.ndim != 4 or len(array) != 1:
            raise ValueError("the first of its four axes should be 1")
        return ours(array[0].transpose(0, 2, 1))

    weights = [
        Weight(
            "W",
            lower,
            Form(lambda W: ours(W.transpose(0, 2, 1, 3)), lambda W: theirs(W.transpose(0, 2, 1, 3))),
            ("nF", "nP", "nO", "nI"),
        ),
        Weight("b", lower, Form(np.transpose, np.transpose), ("nP", "nO")),
        Weight(
            "pad", lower, Form(take_pad, lambda pad: theirs(pad.transpose(0, 2, 1))[None]), ("nF", "nP", "nO")
        ),
    ]

    def taken(_: SavedNode) -> None:
        if ordered:
            lower.attrs["second_right"] = True
        if lower.get_dim("nP") == 1:
            lower.attrs["linear_in_prediction"] = True

    return Layer(
        "precomputable_affine",
        weights=weights,
        dims=sizes(lower, "nO", "nI", "nF", "nP"),
        attrs={"dropout_rate": 0.0},
        taken=taken,
    )


TABLE: dict[str, Callable[[Model[Any, Any], Counterpart], Layer]] = {"transition_model": _transition_model}
