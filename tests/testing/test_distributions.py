"""Fake distributions: there for the length of a test."""

import importlib
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kernel import registry
from kernel.discovery import scan
from kernel.testing import fake_distribution
from kernel.testing.distributions import installed, write_distribution


def test_a_fake_distribution_is_seen_and_then_gone() -> None:
    contents = {
        "requires": ["kernel-nlp>=0.1,<99", 'torch; extra == "torch"'],
        "entry_points": {"kernel_misc": {"acme.One.v1": "acme_fake_one:one"}},
        "modules": {"acme_fake_one": "def one() -> int:\n    return 1\n"},
    }
    with fake_distribution("acme-fake", "1.2", **contents) as folder:
        assert scan.installed_version("acme-fake") == "1.2"
        assert registry.get("misc", "acme.One.v1")() == 1
        assert str(registry.origin("misc", "acme.One.v1")) == "acme-fake 1.2"
        assert (
            "Requires-Dist: kernel-nlp>=0.1,<99"
            in (folder / "acme_fake-1.2.dist-info" / "METADATA").read_text()
        )
    assert not folder.exists()
    assert "acme_fake_one" not in sys.modules and str(folder) not in sys.path
    assert scan.installed_version("acme-fake") is None
    assert not registry.has("misc", "acme.One.v1")


def test_a_fake_distribution_vanishes_after_an_error_too() -> None:
    with pytest.raises(ZeroDivisionError), fake_distribution("acme-fake", modules={"acme_fake_two": ""}):
        import acme_fake_two  # type: ignore[import-not-found]  # noqa: F401

        raise ZeroDivisionError
    assert "acme_fake_two" not in sys.modules


def test_the_fixture_installs_several(fake_distribution: Callable[..., Path]) -> None:
    points = {"kernel_misc": {"acme.Same.v1": "acme_same:make"}}
    fake_distribution("acme-a", "1.0", entry_points=points)
    fake_distribution("acme-b", "2.0", entry_points={"kernel_misc": {"acme.Same.v1": "other:make"}})
    assert [
        point.distribution for point in scan.entry_points("kernel_misc") if point.name == "acme.Same.v1"
    ] == [
        "acme-b",
        "acme-a",
    ]


def test_modules_of_an_installed_folder_vanish(tmp_path: Path) -> None:
    write_distribution(tmp_path, "acme", modules={"acme_fake_three.deep": "x = 1\n"})
    with installed(tmp_path):
        import acme_fake_three.deep  # type: ignore[import-not-found]

        assert acme_fake_three.deep.x == 1
    assert not [name for name in sys.modules if name.startswith("acme_fake_three")]


def test_modules_in_folders_without_init_vanish_too() -> None:
    modules = {f"acme_spaces.{'.'.join('abcdef'[:depth])}": "" for depth in range(1, 7)}
    with fake_distribution("acme", modules={"acme_spaces.a.b.c.d.e.f": "X = 1\n"}):
        assert importlib.import_module("acme_spaces.a.b.c.d.e.f").X == 1
        assert modules.keys() <= sys.modules.keys()
    assert not [name for name in sys.modules if name.startswith("acme_spaces")]
