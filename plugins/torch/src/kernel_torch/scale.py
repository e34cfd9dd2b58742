"""The loss scale of float16, whose smallest numbers are not small enough for gradients (Micikevicius et al. 2018)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from kernel.errors import UsageError, warn


@dataclass
class LossScale:
    """A factor of gradients, halved by a step in which they overflow, which is left out, and doubled after many that did not. The
    first steps of a run may be left out, until the factor fits.

    The names of the settings are torch's. It starts lower than torch's does, because the gradients that come to a layer are those of
    summed losses.
    """

    enabled: bool = True
    init_scale: float = 2.0**12
    growth_factor: float = 2.0
    backoff_factor: float = 0.5
    growth_interval: int = 2000

    def __post_init__(self) -> None:
        if not (0 < self.backoff_factor <= 1 <= self.growth_factor and self.growth_interval > 0):
            raise UsageError(
                "a gradient scaler needs a backoff_factor from 0 to 1, a growth_factor of at least 1 and a "
                "growth_interval of at least 1"
            )
        if not (isfinite(self.init_scale) and self.init_scale > 0):
            raise UsageError(f"init_scale of a gradient scaler is {self.init_scale}, it must be above 0")
        self.value = float(self.init_scale) if self.enabled else 1.0
        self.since_change = 0

    def update(self, overflowed: bool) -> None:
        """After a step: whether its gradients overflowed."""
        if not self.enabled:
            return
        if overflowed:
            before, self.since_change = self.value, 0
            self.value = max(before * self.backoff_factor, 2.0**-24)
            if self.value < 1.0 <= before:
                warn(
                    "The gradients of a torch module overflow in float16 even when they are not scaled up: its steps are left out. "
                    'Look for numbers that are too large, or compute with precision = "bfloat16" or "float32".'
                )
            return
        self.since_change += 1
        if self.since_change >= self.growth_interval:
            self.value, self.since_change = min(self.value * self.growth_factor, 2.0**24), 0

    def state(self) -> dict[str, Any]:
        """Where it stands, for a checkpoint."""
        return {"value": self.value, "since_change": self.since_change}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Stand where another one stood."""
        self.value, self.since_change = float(state["value"]), int(state["since_change"])
