"""Names that stand for others of the same registry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Alias:
    """What an entry point leads to if its name stands for another one.

    The other name is looked up where this one is, so that what a config says of packages holds for both. name: the other one.
    wrap: makes of the function that has it the one that this name gives, None for the same function.
    """

    name: str
    wrap: Callable[[Any], Any] | None = None

    def of(self, function: Any) -> Any:
        """What the name gives, from what the other one gives."""
        return function if self.wrap is None else self.wrap(function)
