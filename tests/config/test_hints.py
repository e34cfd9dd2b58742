import itertools
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, NewType, Optional, Protocol, TypeVar, Union

import numpy as np
import pytest
from pydantic import Field, StrictInt

from kernel.config import hints

Item = TypeVar("Item")
Width = NewType("Width", int)


class Box(Generic[Item]):
    pass


class Big(Box[int]):
    pass


class Shaped(Protocol):
    def shape(self) -> int: ...


@pytest.mark.parametrize(
    ("hint", "written", "value"),
    [
        (int, "96", 96),
        (int, 2.0, 2),
        (float, 1, 1.0),
        (bool, "yes", True),
        (str, "x", "x"),
        (Optional[int], None, None),  # noqa: UP045
        (int | str, "5", "5"),
        (Union[float, list[float], Generator[float, None, None]], "0.5", 0.5),  # noqa: UP007
        (tuple[int, int], [1, "2"], (1, 2)),
        (Sequence[float], [1], [1.0]),
        (Iterable[int], ["1"], [1]),
        (dict[str, int], {"a": "1"}, {"a": 1}),
        (dict[str, Iterable[int]], {"a": ["1"]}, {"a": [1]}),
        (Literal["a", "b"], "a", "a"),
        (Path, "a/b", Path("a/b")),
        (Width, "3", 3),
        (Annotated[int, Field(gt=2)], "3", 3),
        (Any, "3", "3"),
        ("NotKnown", "3", "3"),
        (Item, "3", "3"),
        (bool | int, True, True),
        (Literal[True, 1], True, True),
        (Any, True, True),
        (list[bool], [True], [True]),
    ],
)
def test_written_values_are_converted(hint, written, value):
    result = hints.convert(hint, written)
    assert result == value
    assert type(result) is type(value)


@pytest.mark.parametrize(
    ("hint", "written"),
    [
        (int, "x"),
        (int, 5.5),
        (StrictInt, "5"),
        (str, 5),
        (Literal["a"], "b"),
        (Annotated[int, Field(gt=2)], 1),
        (Callable[[int], int], "f"),
        (Generator[int, None, None], [1]),
        (Iterator[int], [1]),
        (Box[int], 3),
        (tuple[int, int], [1]),
        (None, 3),
        (int, True),
        (float, False),
        (Width, True),
        (int | str, True),
        (Optional[float], True),  # noqa: UP045
        (Annotated[int, Field(gt=0)], True),
        (StrictInt, True),
        (dict[str, list[float]], {"a": [True]}),
        (Iterable[int], [True]),
    ],
)
def test_written_values_are_refused(hint, written):
    with pytest.raises(hints.Refused):
        hints.convert(hint, written)


def test_refusal_says_where_in_a_collection():
    with pytest.raises(hints.Refused) as info:
        hints.convert(dict[str, list[int]], {"a": [1, "x"]})
    assert [fault.place for fault in info.value.faults] == [("a", "1")]


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
    assert hints.accepts(hint, value) is accepted


@pytest.mark.parametrize(
    "hint", [int, float, list[float], Sequence[int], Iterable[int], Generator[int, None, None]]
)
def test_generators_are_accepted_for_what_they_may_stand_for_and_never_touched(hint):
    stream = itertools.count()
    assert hints.accepts(hint, stream)
    assert next(stream) == 0
    assert not hints.accepts(Box, stream)
    assert not hints.accepts(str, stream)


def test_a_schedule_object_stands_for_numbers():
    assert hints.accepts(float, Box(), is_schedule=True)
    assert not hints.accepts(float, Box())
    assert not hints.accepts(str, Box(), is_schedule=True)


def test_thinc_types():
    types = pytest.importorskip("thinc.types")
    assert hints.accepts(types.Floats2d, np.zeros((2, 2)))
    assert hints.accepts(int | types.Generator, iter([1]))
    assert not hints.accepts(int | types.Generator, "x")
    assert hints.convert(types.FloatsXd, 5) == 5


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
    assert hints.may_return(hint, returned) is possible


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


@pytest.mark.parametrize("hint", [Path, Path | None, list[Path]])
def test_paths_may_start_at_home(hint, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    many = hint == list[Path]
    assert hints.convert(hint, ["~/a"] if many else "~/a") == ([tmp_path / "a"] if many else tmp_path / "a")
    assert hints.convert(str, "~/a") == "~/a"


@pytest.mark.parametrize("hint", [Path, Path | None, list[Path], Path | list[Path] | None])
def test_an_empty_text_is_no_path(hint):
    with pytest.raises(ValueError, match="an empty text is no path"):
        hints.convert(hint, [""] if hint == list[Path] else "")
    assert hints.convert(str, "") == ""
