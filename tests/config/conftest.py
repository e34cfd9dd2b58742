from collections.abc import Callable, Generator, Iterable, Sequence
from pathlib import Path
from typing import Any, Literal, NewType

import pytest
from pydantic import StrictInt

from kernel.registries.family import registry

Width = NewType("Width", int)


class Thing:
    """What the functions of these tests build."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.args = args
        self.kwargs = kwargs


def make_thing(
    width: int, rate: float = 0.5, *, names: list[str] = ["a"], inner: Thing | None = None  # noqa: B006
) -> Thing:  # fmt: skip
    return Thing(width=width, rate=rate, names=names, inner=inner)


def make_strict(count: StrictInt, mode: Literal["a", "b"] = "a", path: Path | None = None) -> Thing:
    return Thing(count=count, mode=mode, path=path)


def make_chain(*layers: Thing) -> Thing:
    return Thing(*layers)


def make_pair(first: Thing, second: Thing, scale: float = 1.0) -> Thing:
    return Thing(first, second, scale=scale)


def make_batcher(
    size: int | Sequence[int] | Generator[int, None, None],
    rates: list[float] = [1.0],  # noqa: B006
    stream: Generator[int, None, None] | None = None,
    get_length: Callable[[Any], int] | None = None,
) -> Callable[[Iterable[Any]], Iterable[list[Any]]]:  # fmt: skip
    return lambda items: [[size, rates, stream, get_length, *items]]


def make_group(things: list[Thing], by_name: dict[str, Thing] = {}, width: Width = Width(1)) -> Thing:  # noqa: B006
    return Thing(things=things, by_name=by_name, width=width)


def make_unknown(value: "NotDefinedAnywhere", count: "int" = 3) -> "NotDefinedAnywhere":  # noqa: F821
    return Thing(value=value, count=count)


def make_open(a: int, **rest: float) -> Thing:
    return Thing(a=a, **rest)


def make_default_object(layer: Any = Thing, shape: tuple[int, ...] = (1, 2)) -> Thing:
    return Thing(layer=layer, shape=shape)


def make_failure(message: str) -> Thing:
    raise ValueError(message)


def make_number() -> Any:
    return 5


def endless(start: int = 0) -> Generator[int, None, None]:
    while True:
        yield start
        start += 1


@pytest.fixture
def functions():
    """Registered functions for configs to name."""
    with registry.restored():
        for name, value in list(globals().items()):
            if name.startswith("make_"):
                registry.misc(f"{name.removeprefix('make_')}.v1", func=value)
        registry.schedules("endless.v1", func=endless)
        yield registry
