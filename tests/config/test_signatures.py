"""What functions and sections take."""

import functools
from typing import Annotated, Any, get_args

import pytest
from pydantic import BaseModel, ConfigDict, Field

from kernel.config.signatures import REQUIRED, Parameter, of_function, of_schema, type_hints


def function(a: int, /, b: "list[str]", *rest: float, c: bool = True, **more: str) -> bytes: ...


class Thing:
    def __init__(self, size: int = 3) -> None: ...

    def __call__(self, text: str) -> str: ...

    def method(self, x: float) -> None: ...


def test_a_function():
    found = of_function(function, "acme", given=["c"])
    assert list(found.parameters.values()) == [
        Parameter("a", int, by_position=True),
        Parameter("b", list[str], by_position=True),
    ]
    assert (found.varargs, found.varkwargs, found.returns) == (float, str, bytes)
    assert found.takes_more and found.is_function and found.owner == "acme"
    assert found.positional == list(found.parameters.values())
    parameter = of_function(function, "acme").parameters["c"]
    assert parameter == Parameter("c", bool, True) and not parameter.is_required


@pytest.mark.parametrize(
    ("func", "names", "returns"),
    [
        (Thing, ["size"], Thing),
        (Thing(), ["text"], str),
        (Thing().method, ["x"], type(None)),
        (functools.partial(function, 1, c=False), ["b", "c"], bytes),
        (lambda x: x, ["x"], Any),
    ],
)
def test_whatever_can_be_called(func, names, returns):
    found = of_function(func, "acme")
    assert list(found.parameters) == names and found.returns is returns


def test_what_has_no_signature_takes_anything():
    found = of_function(type, "acme")
    assert found.parameters == {} and (found.varargs, found.varkwargs) == (Any, Any)


def test_hints_that_nobody_can_read_are_left_out():
    def broken(a: "NotThere", b: "int", c: "1 / 0", d: float) -> "int": ...  # noqa: F821

    assert type_hints(broken) == {"b": int, "d": float, "return": int}
    assert of_function(broken, "acme").parameters["a"].hint is Any


def test_wrapped_functions_say_what_the_wrapped_one_takes():
    @functools.wraps(function)
    def wrapper(*args: int, **kwargs: int) -> None: ...

    assert type_hints(wrapper)["b"] == list[str]


class Schema(BaseModel):
    model_config = ConfigDict(extra="allow")
    width: Annotated[int, Field(ge=1)]
    names: list[str] = Field(default_factory=lambda: ["a"], alias="labels")


def test_a_schema():
    found = of_schema(Schema, "[section]")
    width, labels = found.parameters.values()
    assert (width.name, width.default, labels) == ("width", REQUIRED, Parameter("labels", list[str], ["a"]))
    kind, limit = get_args(width.hint)
    assert (kind, limit.ge) == (int, 1) and width.is_required
    assert found.takes_more and not found.is_function and found.positional == []
    assert not of_schema(type("Closed", (BaseModel,), {}), "[closed]").takes_more


@pytest.mark.parametrize(
    ("default", "value", "expected"),
    [(1, 1, True), (1, True, False), (1, 1.0, False), ([1], [1], True), (REQUIRED, REQUIRED, False)],
)
def test_only_the_default_itself_is_the_default(default, value, expected):
    assert Parameter("a", int, default).is_default(value) is expected
