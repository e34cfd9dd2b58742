"""What type hints are made of, and how people write them."""

from collections.abc import Callable, Iterable
from typing import Annotated, Any, Generic, Literal, NewType, TypeVar

import pytest
from pydantic import Field, StrictInt

from kernel.config import hints

Item = TypeVar("Item")
Width = NewType("Width", int)


class Box(Generic[Item]):
    pass


@pytest.mark.parametrize(
    ("hint", "key", "item"),
    [
        (list[int], 0, int),
        (dict[str, Box], "a", Box),
        (tuple[int, str], 1, str),
        (tuple[int, ...], 5, int),
        (list[int] | None, 0, int),
        (list[int] | list[str], 0, Any),
        (Any, 0, Any),
        (int, 0, Any),
    ],
)
def test_item_hint(hint, key, item):
    assert hints.item_hint(hint, key) == item


@pytest.mark.parametrize(
    ("hint", "text"),
    [
        (int | None, "int or null"),
        (list[int], "list[int]"),
        (tuple[int, ...], "tuple[int, ...]"),
        (Literal["a", 1], '"a" or 1'),
        (Callable[[int], str], "a function"),
        (Width, "int"),
        (StrictInt, "int"),
        ("NotKnown", "NotKnown"),
        (Any, "Any"),
    ],
)
def test_describe(hint, text):
    assert hints.describe_hint(hint) == text


@pytest.mark.parametrize(
    ("hint", "text"),
    [
        (Annotated[int, Field(ge=1, le=10)], "int from 1 to 10"),
        (Annotated[float, Field(ge=0, lt=1)], "float from 0 to below 1"),
        (Annotated[float, Field(gt=0, le=10)], "float above 0, up to 10"),
        (Annotated[float, Field(gt=0, lt=10)], "float above 0, below 10"),
        (Annotated[int, Field(ge=1)], "int of at least 1"),
        (Annotated[int, Field(gt=1)], "int above 1"),
        (Annotated[int, Field(le=1)], "int of at most 1"),
        (Annotated[int, Field(lt=1)], "int below 1"),
        (Annotated[Annotated[int, Field(ge=1)], Field(le=3, multiple_of=2)], "int from 1 to 3 in steps of 2"),
        (Annotated[list[str], Field(min_length=1)], "list[str] with a length of at least 1"),
        (Annotated[int, Field(ge=1)] | None, "int of at least 1 or null"),
        (Annotated[int | float | None, Field(ge=1)], "int or float of at least 1 or null"),
        (list[Annotated[int, Field(ge=1)]], "list[int of at least 1]"),
        (Annotated[int, "a note"], "int"),
    ],
)
def test_describe_with_limits(hint, text):
    assert hints.describe_hint(hint, limits=True) == text


@pytest.mark.parametrize(
    ("hint", "is_list"),
    [
        (list[str], True),
        (list[str] | None, True),
        (Iterable[float], True),
        (tuple[int, ...] | list[int], True),
        (Annotated[list[int] | None, Field(min_length=1)] | None, True),
        (int | list[int], False),
        (Annotated[int, Field(ge=1)] | Iterable[int], False),
        (dict[str, int], False),
        (str, False),
        (None, False),
        (Any, False),
    ],
)
def test_takes_only_lists(hint, is_list):
    assert hints.takes_only_lists(hint) == is_list
