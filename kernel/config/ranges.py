"""Numbers with a range, for the signatures of registered functions and the keys of sections.

A value outside is refused as one of a wrong type is, with its place in the config. No number may be NaN or infinite, unless
its hint is `AnyFloat`. Other ranges are written with pydantic: `Annotated[int, Field(ge=2, le=8)]`.
"""

from __future__ import annotations

from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import AllowInfNan, Field

PositiveInt = Annotated[int, Field(ge=1)]
NonNegativeInt = Annotated[int, Field(ge=0)]
PositiveFloat = Annotated[float, Field(gt=0)]
NonNegativeFloat = Annotated[float, Field(ge=0)]
# Of a size that need not be whole.
FromOne = Annotated[float, Field(ge=1)]
# A share or a probability; one of which the whole makes no sense, such as a dropout or a decay.
Fraction = Annotated[float, Field(ge=0, le=1)]
BelowOne = Annotated[float, Field(ge=0, lt=1)]
# For lists and sequences: `Annotated[list[float], NonEmpty]`.
NonEmpty: Any = Field(min_length=1)
# Whatever a float can be.
AnyFloat = Annotated[float, AllowInfNan(True)]


def within(hint: Any, bounds: Any) -> Any:
    """A hint with bounds, such as `Field(ge=0)`, for the numbers in it, in lists too; these then hold at least one."""
    if hint in (int, float):
        return Annotated[hint, bounds]
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return Union[tuple(within(option, bounds) for option in args)]  # noqa: UP007
    if origin is list:
        return Annotated[list[within(args[0], bounds)], NonEmpty]  # type: ignore[misc]
    if origin is tuple:
        return tuple[tuple(within(one, bounds) for one in args)]  # type: ignore[misc]
    return hint
