"""The ranges that thinc's registered functions have, and don't say: without them a wrong number ends deep inside of thinc."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import Field

from kernel.config.ranges import within

_SIZE, _NOT_NEGATIVE, _POSITIVE = Field(ge=1), Field(ge=0), Field(gt=0)
_SHARE, _BELOW_ONE = Field(ge=0, le=1), Field(ge=0, lt=1)
_OPTIMIZER = {
    "learn_rate": _NOT_NEGATIVE,
    "L2": _NOT_NEGATIVE,
    "grad_clip": _NOT_NEGATIVE,
    "eps": _POSITIVE,
}
# With a moment of 0 Adam has no formula, and SGD is the function to name.
_ADAM = {**_OPTIMIZER, "beta1": Field(gt=0, lt=1), "beta2": Field(gt=0, lt=1)}
# By function.
_FUNCTIONS: dict[str, Mapping[str, Any]] = {
    "Adam": _ADAM,
    "RAdam": {**_OPTIMIZER, "beta1": _BELOW_ONE, "beta2": _BELOW_ONE},
    "SGD": _OPTIMIZER,
    "slanted_triangular": {"cut_frac": Field(gt=0, lt=1), "ratio": _SIZE, "num_steps": _SIZE},
    "warmup_linear": {"warmup_steps": _NOT_NEGATIVE, "total_steps": _SIZE},
}
# By parameter: it means the same wherever a layer, a schedule or a loss has it.
_PARAMETERS: Mapping[str, Any] = {
    **dict.fromkeys(("nO", "nI", "nP", "nV", "nOs", "length", "depth", "window_size", "period"), _SIZE),
    **dict.fromkeys(("pad", "n", "steps"), _NOT_NEGATIVE),
    **dict.fromkeys(
        ("start", "stop", "base_rate", "max_rate", "initial_rate", "min_lr", "max_lr", "decay"), _NOT_NEGATIVE
    ),
    **dict.fromkeys(("compound", "temperature", "k"), _POSITIVE),
    "dropout": _SHARE,
    "label_smoothing": _BELOW_ONE,
}
# The rate of a schedule may be a size; that of a layer is a share.
_RATES = {"thinc.schedules": _NOT_NEGATIVE, "thinc.layers.dropout": _SHARE}


def thinc_ranges(function: Callable[..., Any], hints: Mapping[str, Any]) -> dict[str, Any]:
    """The hints of those parameters of a function of thinc that have a range, with it; none for other functions."""
    module = getattr(function, "__module__", None) or ""
    if module.partition(".")[0] != "thinc":
        return {}
    ranges = {**_PARAMETERS, **_FUNCTIONS.get(getattr(function, "__name__", ""), {})}
    if module in _RATES:
        ranges["rate"] = _RATES[module]
    return {name: within(hint, ranges[name]) for name, hint in hints.items() if name in ranges}
