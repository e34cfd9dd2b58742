"""What has an order among its kind: tokens, spans and word forms can be compared, and None comes before all of them."""

from __future__ import annotations

from collections.abc import Callable
from operator import ge, gt, le, lt
from typing import Any


class Ordered:
    """Mixin of `<`, `<=`, `>` and `>=`, from what `order` gives."""

    __slots__ = ()

    def order(self) -> Any:
        """What this is compared by with others of its class."""
        raise NotImplementedError

    def __lt__(self, other: object) -> bool:
        return _compared(self, other, lt)

    def __le__(self, other: object) -> bool:
        return _compared(self, other, le)

    def __gt__(self, other: object) -> bool:
        return _compared(self, other, gt)

    def __ge__(self, other: object) -> bool:
        return _compared(self, other, ge)


def _compared(one: Ordered, other: object, by: Callable[[Any, Any], bool]) -> bool:
    if other is None:
        return by(1, 0)
    # What Python wants to hear where two things don't compare.
    unknown: Any = NotImplemented
    return by(one.order(), other.order()) if isinstance(other, type(one)) else unknown
