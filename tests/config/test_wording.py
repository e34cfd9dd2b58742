"""What messages say of a place and of a value that doesn't fit it."""

from pathlib import Path
from typing import Any, Literal

import pytest

from kernel.config.signatures import REQUIRED, Parameter, Signature, of_function
from kernel.config.wording import expectation, parameters, remedy


def function(width: int, rows: list[int] = [100], *args: float, other: Any = len, **kwargs: str) -> None: ...  # noqa: B006


TAKER = of_function(function, "acme.F.v1 (acme 1.0)")


def test_the_parameters_as_python_writes_them():
    assert (
        parameters(TAKER) == "(width: int, rows: list[int] = [100], other = ..., *args: float, **kwargs: str)"
    )


def test_a_long_list_has_only_the_type_that_matters():
    many = {f"setting{i:02}": Parameter(f"setting{i:02}", int, i) for i in range(20)}
    text = parameters(Signature("acme", {**many, "a": Parameter("a", int)}), "setting03")
    assert "setting03: int = 3" in text and "setting04=..." in text and text.endswith(", a)")
    assert text.count(": int") == 1


@pytest.mark.parametrize(
    ("path", "parameter", "taker", "known", "text"),
    [
        ("a.width", TAKER.parameters["width"], TAKER, True, "int for 'width' of acme.F.v1 (acme 1.0)"),
        ("a.rows.0", None, TAKER, True, "int for 'rows' of acme.F.v1 (acme 1.0)"),
        ("a.width", None, None, False, "int"),
    ],
)
def test_what_a_place_takes(path, parameter, taker, known, text):
    assert expectation(int, path, parameter, taker, is_known=known) == text


def test_a_function_is_shown_once_with_all_that_it_takes():
    text = expectation(int, "a.width", None, TAKER)
    assert text == f"int for 'width' of {TAKER.owner}, which takes {parameters(TAKER)}"
    section = Signature("[training]", {"width": Parameter("width", int, REQUIRED)})
    assert expectation(int, "training.width", None, section) == "int for 'width' of [training]"


@pytest.mark.parametrize(
    ("value", "hint", "said"),
    [
        ("${a.b}", int, "holds a variable"),
        ("3 # three", int, "a line of its own"),
        ("lienar", Literal["linear", "cubic"], 'Did you mean "linear"?'),
        ("3", list[int], 'Write ["3"]: a list, even of one.'),
        ("yes", bool | None, "Write true."),
        ("none", int | None, "Write null."),
        ("a", list[str], 'Write ["a"]: a list, even of one.'),
        (True, int, "An override without a value means true."),
        (3, str, 'Write "3", in double quotes, for a text.'),
        (3, list[int], "Write [3]: a list, even of one."),
        (None, int, None),
        ({"a": 1}, int, None),
        ([1], int, None),
        ("far off", int, None),
    ],
)
def test_what_to_write_instead(value, hint, said):
    found = remedy(value, hint)
    assert found is None if said is None else said in found


def test_an_empty_text_and_an_override_without_a_value_are_told():
    assert "is a variable of the shell not set?" in str(remedy("", Path | None))
    assert "An override without a value means true" in str(remedy(True, Path | None))
    assert "An override without a value means true" in str(remedy(True, int))
