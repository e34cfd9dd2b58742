"""Where functions come from, and when two definitions are one."""

import functools
import hashlib

import pytest

from kernel.registries.origins import Definition, Origin, digest, is_same, origin_of, place_of, target


class Thing:
    def method(self) -> None: ...


def function() -> None: ...


def made():
    def inner() -> None: ...

    return inner


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (function, "function"),
        (Thing, "Thing"),
        (Thing(), "Thing"),
        (Thing.method, "Thing.method"),
        (made(), "made.<locals>.inner"),
    ],
)
def test_targets(value, name):
    assert target(value) == f"{__name__}:{name}"


def test_a_function_knows_its_file_and_line():
    origin = origin_of(function, ("elsewhere.py", 3))
    assert (origin.file, origin.line) == (__file__, function.__code__.co_firstlineno)
    assert origin.sha256 == digest(__file__)
    assert str(origin) == f"{__file__}:{origin.line}"
    assert place_of(origin) == f"{__file__}:{origin.line} ({__name__}:function)"


@pytest.mark.parametrize("value", [Thing, Thing(), functools.wraps(function)(lambda: None)])
def test_what_has_no_code_of_its_own_is_where_it_was_registered(value, tmp_path):
    file = tmp_path / "here.py"
    file.write_bytes(b"x\n")
    origin = origin_of(value, (str(file), 7))
    assert (origin.file, origin.line) == (str(file), 7)
    assert origin.sha256 == digest(file) == hashlib.sha256(b"x\n").hexdigest()


def test_code_in_no_file_and_code_of_a_package_has_no_digest():
    assert origin_of(Thing, ("<cell 3>", 1)).sha256 is None
    assert origin_of(Thing).sha256 is None
    assert origin_of(function, package="acme").sha256 is None


@pytest.mark.parametrize(
    ("origin", "text"),
    [
        (Origin("acme", "1.2", "a:b"), "acme 1.2"),
        (Origin("acme", "", "a:b"), "acme"),
        (Origin(None, None, "a:b", "f.py", 3), "f.py:3"),
        (Origin(None, None, "a:b"), "a:b"),
    ],
)
def test_origins_in_messages(origin, text):
    assert str(origin) == text


def test_an_origin_without_a_file_is_its_target():
    assert place_of(Origin(None, None, "a:b")) == "a:b"


def test_same():
    assert is_same(function, function) and is_same(made(), made())
    assert not is_same(function, Thing) and not is_same(Thing(), Thing())


def definition(where: str, value: object = None) -> Definition:
    return Definition(value or object(), Origin(None, None, where))


@pytest.mark.parametrize(
    ("old", "new", "is_former"),
    [
        ("m:f", "m:f", True),
        ("m:f", "m:g", False),
        ("m:f", "n:f", False),
        ("__main__:f", "__main__:g", True),
        ("m:make.<locals>.f", "m:g", True),
        ("m:make.<locals>.f", "n:make.<locals>.f", False),
    ],
)
def test_a_definition_made_again(old, new, is_former):
    assert definition(old).is_former_self_of(definition(new)) is is_former
    value = object()
    assert definition(old, value).is_former_self_of(definition(new, value))
