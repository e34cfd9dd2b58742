"""Numbers with a range, and what is no number."""

from collections.abc import Callable, Generator, Sequence
from math import inf, nan
from typing import Annotated, Any

import pytest
from pydantic import Field

from kernel.config.hints import describe_hint
from kernel.config.ranges import (
    AnyFloat,
    BelowOne,
    Fraction,
    FromOne,
    NonEmpty,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    within,
)
from kernel.config.written import Refused, convert

Sizing = PositiveInt | FromOne | Annotated[Sequence[PositiveInt], NonEmpty] | Generator[Any, None, None]


@pytest.mark.parametrize(
    ("hint", "value"),
    [
        (PositiveInt, 1),
        (NonNegativeInt, 0),
        (PositiveFloat, 1e-300),
        (NonNegativeFloat, 0),
        (Fraction, 0),
        (Fraction, 1),
        (BelowOne, 0.0),
        (BelowOne, 0.999),
        (FromOne, 1.5),
        (float, -1e308),
        (int, -(10**30)),
        (AnyFloat, inf),
        (AnyFloat, -inf),
        (Any, [1.5, {"a": -2}]),
        (Sizing, [1, 2]),
        (PositiveInt | None, None),
    ],
)
def test_the_ends_of_a_range_are_in_it(hint: Any, value: Any) -> None:
    assert convert(hint, value) == value


@pytest.mark.parametrize(
    ("hint", "value", "reason"),
    [
        (PositiveInt, 0, "must be greater than or equal to 1"),
        (NonNegativeInt, -1, "must be greater than or equal to 0"),
        (PositiveFloat, 0, "must be greater than 0"),
        (NonNegativeFloat, -1e-9, "must be greater than or equal to 0"),
        (Fraction, 1.01, "must be less than or equal to 1"),
        (BelowOne, 1, "must be less than 1"),
        (FromOne, 0.5, "must be greater than or equal to 1"),
        (Sizing, [], "must have at least 1 item, not 0"),
        (Sizing, [0], "must be greater than or equal to 1"),
        (Sizing, 0, "must be greater than or equal to 1"),
        (Annotated[float | int, Field(ge=0, lt=1)], 5, "must be less than 1"),
    ],
)
def test_what_is_outside_is_refused(hint: Any, value: Any, reason: str) -> None:
    with pytest.raises(Refused, match=f"^{reason}$") as caught:
        convert(hint, value)
    assert caught.value.faults[0].is_limit


@pytest.mark.parametrize("value", [nan, inf, -inf])
@pytest.mark.parametrize(
    "hint",
    [
        float,
        int,
        float | None,
        float | list[float] | Generator[Any, None, None],
        Annotated[float, "of something"],
        Annotated[float | int, Field(ge=0)],
        NonNegativeFloat,
        Fraction,
        Sizing,
        Any,
    ],
)
def test_what_is_no_number_is_refused(hint: Any, value: float) -> None:
    with pytest.raises(Refused, match="^must be a finite number$"):
        convert(hint, value)


@pytest.mark.parametrize(
    ("hint", "value", "place"),
    [
        (dict[str, float | None], {"a": 1, "b": nan}, ("b",)),
        (list[float], [0, inf], ("1",)),
        (Any, {"a": [1.0, {"b": nan}]}, ("a", "1", "b")),
    ],
)
def test_it_is_found_inside(hint: Any, value: Any, place: tuple[str, ...]) -> None:
    with pytest.raises(Refused) as caught:
        convert(hint, value)
    assert [(fault.place, fault.reason) for fault in caught.value.faults] == [
        (place, "must be a finite number")
    ]


@pytest.mark.parametrize("text", ["nan", "inf", "-Infinity"])
def test_text_does_not_become_one(text: str) -> None:
    with pytest.raises(Refused):
        convert(float, text)


@pytest.mark.parametrize(
    ("hint", "text"),
    [
        (float, "float from 0 to 1"),
        (int | None, "int from 0 to 1 or null"),
        (
            float | list[float] | Callable[..., Any],
            "float from 0 to 1 or list[float from 0 to 1] with a length of at least 1 or a function",
        ),
        (tuple[int, ...], "tuple[int from 0 to 1, ...]"),
        (str | bool, "str or bool"),
        (Any, "Any"),
    ],
)
def test_bounds_go_to_the_numbers_of_a_hint(hint: Any, text: str) -> None:
    assert describe_hint(within(hint, Field(ge=0, le=1)), limits=True) == text
