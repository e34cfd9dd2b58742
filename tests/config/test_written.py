"""Written values become what hints ask for, or are refused."""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, NewType, Optional, TypeVar, Union

import pytest
from pydantic import Field, StrictInt

from kernel.config.written import Refused, convert

Item = TypeVar("Item")
Width = NewType("Width", int)


class Box(Generic[Item]):
    pass


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
    result = convert(hint, written)
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
    with pytest.raises(Refused):
        convert(hint, written)


def test_refusal_says_where_in_a_collection():
    with pytest.raises(Refused) as info:
        convert(dict[str, list[int]], {"a": [1, "x"]})
    assert [fault.place for fault in info.value.faults] == [("a", "1")]


@pytest.mark.parametrize("hint", [Path, Path | None, list[Path]])
def test_paths_may_start_at_home(hint, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    many = hint == list[Path]
    assert convert(hint, ["~/a"] if many else "~/a") == ([tmp_path / "a"] if many else tmp_path / "a")
    assert convert(str, "~/a") == "~/a"


@pytest.mark.parametrize("hint", [Path, Path | None, list[Path], Path | list[Path] | None])
def test_an_empty_text_is_no_path(hint):
    with pytest.raises(ValueError, match="an empty text is no path"):
        convert(hint, [""] if hint == list[Path] else "")
    assert convert(str, "") == ""


def test_arrays_of_thinc_take_anything():
    types = pytest.importorskip("thinc.types")
    assert convert(types.FloatsXd, 5) == 5
