"""What was built, or is declared to be returned, against hints."""

import itertools
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from typing import Any, Generic, Literal, NewType, Optional, Protocol, TypeVar

import numpy as np
import pytest

from kernel.config.returned import accepts, may_return

Item = TypeVar("Item")
Width = NewType("Width", int)


class Box(Generic[Item]):
    pass


class Big(Box[int]):
    pass


class Shaped(Protocol):
    def shape(self) -> int: ...


@pytest.mark.parametrize(
    ("hint", "value", "accepted"),
    [
        (int, 5, True),
        (int, 5.0, False),
        (int, True, False),
        (float, True, False),
        (bool | int, True, True),
        (float, 5, True),
        (float, np.float32(1), True),
        (int, np.int64(1), True),
        (str, 5, False),
        (Box, Big(), True),
        (Box[str], Big(), True),
        (Big, Box(), False),
        (Optional[Big], None, True),  # noqa: UP045
        (Big | int, "x", False),
        (list[int], ["not", "looked", "into"], True),
        (Mapping[str, int], {}, True),
        (Callable[[int], int], len, True),
        (Callable[[int], int], 5, False),
        (Literal["a"], "a", True),
        (Literal["a"], "b", False),
        (type[Box], Big, True),
        (type[Box], Big(), False),
        (Shaped, 5, True),
        (Any, 5, True),
        (None, None, True),
        (None, 5, False),
        ("NotKnown", 5, True),
        (Width, 5, True),
        (Width, "x", False),
    ],
)
def test_built_objects_are_checked_from_outside(hint, value, accepted):
    assert accepts(hint, value) is accepted


@pytest.mark.parametrize(
    "hint", [int, float, list[float], Sequence[int], Iterable[int], Generator[int, None, None]]
)
def test_generators_are_accepted_for_what_they_may_stand_for_and_never_touched(hint):
    stream = itertools.count()
    assert accepts(hint, stream)
    assert next(stream) == 0
    assert not accepts(Box, stream)
    assert not accepts(str, stream)


def test_a_schedule_object_stands_for_numbers():
    assert accepts(float, Box(), is_schedule=True)
    assert not accepts(float, Box())
    assert not accepts(str, Box(), is_schedule=True)


def test_thinc_types():
    types = pytest.importorskip("thinc.types")
    assert accepts(types.Floats2d, np.zeros((2, 2)))
    assert accepts(int | types.Generator, iter([1]))
    assert not accepts(int | types.Generator, "x")


@pytest.mark.parametrize(
    ("hint", "returned", "possible"),
    [
        (int, Box, False),
        (int, int, True),
        (float, int, True),
        (Box, Big, True),
        (Big, Box, True),
        (int, Any, True),
        (Any, Box, True),
        (int, "NotKnown", True),
        (int | Box, Big, True),
        (int, str | Box, False),
        (int, str | int, True),
        (int, Generator[int, None, None], True),
        (Box, Generator[int, None, None], False),
        (list[int], Iterable[str], True),
        (Callable[[], int], Box, True),
        (Callable[[], int], int, False),
        (Box, Callable[[], int], True),
        (Shaped, int, True),
        (Optional[Box], None, True),  # noqa: UP045
        (Box, None, False),
    ],
)
def test_declared_returns(hint, returned, possible):
    assert may_return(hint, returned) is possible


@pytest.mark.parametrize(
    ("value", "accepted"),
    [("a", True), ("b", False), (np.str_("a"), True), (np.zeros(3), False), (True, False)],
)
def test_a_literal_is_compared_with_what_is_of_its_kind(value, accepted):
    assert accepts(Literal["a", 0], value) is accepted
