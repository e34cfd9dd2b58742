"""Whose code an error comes from."""

import pytest

from kernel.errors import CallbackError, DataError
from kernel.registries.blame import describe_error, naming, place_of
from kernel.registries.code import load_code
from kernel.registries.family import registry

FAILING = "def fail(then=None):\n    if then: return then()\n    raise ValueError('no luck')\n"


@pytest.fixture
def code(tmp_path, monkeypatch):
    """`code(text)`: the functions of a code file of that text in the working directory."""
    monkeypatch.chdir(tmp_path)

    def write(text=FAILING, name="own.py"):
        (tmp_path / name).write_text(f"from kernel import registry\n{text}registry.misc('own.v1', fail)\n")
        load_code(tmp_path / name)
        return registry.get("misc", "own.v1")

    with registry.restored():
        yield write


def error_of(function, *args):
    with pytest.raises(Exception) as caught:
        function(*args)
    return caught.value


def test_code_files_are_named_from_the_working_directory(code, tmp_path, monkeypatch):
    error = error_of(code())
    assert place_of(error) == "own.py:4"
    assert describe_error(error) == "ValueError: no luck (own.py:4)"
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    assert place_of(error) == f"{tmp_path / 'own.py'}:4"


def test_the_innermost_line_of_custom_code_counts_and_what_it_calls_does_not(code):
    fail = code("def fail(then):\n    return then()\n")
    assert place_of(error_of(fail, lambda: fail(lambda: 1 / 0))) == "own.py:3"
    assert place_of(error_of(fail, lambda: int("x"))) == "own.py:3"


def test_packages_of_others_are_named(fake_distribution):
    points = {"kernel_misc": {"acme.F.v1": "acme_blame:fail"}}
    fake_distribution("acme", "1.2", entry_points=points, modules={"acme_blame": FAILING})
    place = place_of(error_of(registry.get("misc", "acme.F.v1")))
    assert place.startswith("acme 1.2, ") and place.endswith("acme_blame.py:3")


def test_nobody_elses_code_is_to_blame():
    assert place_of(error_of(int, "x")) is None
    assert place_of(ValueError("never raised")) is None
    assert describe_error(ValueError()) == "ValueError: no message"


def test_an_error_gets_the_name_of_the_callback(code):
    fail = code()
    with (
        pytest.raises(CallbackError, match=r"^nlp.x failed: ValueError: no luck \(own.py:4\)$") as caught,
        naming("nlp.x"),
    ):
        fail()
    assert isinstance(caught.value.__cause__, ValueError)


@pytest.mark.parametrize("error", [DataError("mine"), KeyboardInterrupt()])
def test_errors_of_the_kernel_and_interruptions_pass(error):
    with pytest.raises(type(error)) as caught, naming("nlp.x"):
        raise error
    assert caught.value is error
