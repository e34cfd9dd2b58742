"""Modules of the namespace `kernel` that lie elsewhere: public paths, and what packages lend."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import kernel
from kernel.discovery import rules
from kernel.errors import LentModuleError
from kernel.registries.family import registry
from kernel.registries.modules import PATHS

Fake = Callable[..., Path]
GREET = {
    "acme_greet.__init__": '"""Greetings."""\nNAME = \'acme\'\n',
    "acme_greet.words": "HELLO = 'hello'\n",
}


def lend(fake: Fake, distribution: str = "acme-greet", *, path: str = "kernel.greet", **more: object) -> None:
    module = distribution.replace("-", "_")
    modules = {name.replace("acme_greet", module): source for name, source in GREET.items()}
    fake(distribution, "1.2", entry_points={"kernel_modules": {path: module}}, modules=modules, **more)


@pytest.mark.parametrize(("path", "place"), PATHS.items())
def test_every_public_path_leads_to_its_place(path: str, place: str) -> None:
    name, _, attribute = place.partition(":")
    expected = importlib.import_module(name)
    expected = getattr(expected, attribute) if attribute else expected
    assert importlib.import_module(path) is expected
    assert getattr(kernel, path.removeprefix("kernel.")) is expected


def test_kernel_registry_is_one_object_however_it_is_imported() -> None:
    program = """
import kernel.registry
first = kernel.registry
from kernel.registry import registry as second
from kernel import registry as third
import importlib
assert first is second is third is importlib.import_module("kernel.registry"), (first, second, third)
assert "numpy" not in __import__("sys").modules
"""
    for order in (
        program,
        "from kernel import registry\n" + program,
        "import kernel; kernel.registry\n" + program,
    ):
        done = subprocess.run([sys.executable, "-c", order], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def test_a_package_lends_a_module_with_what_lies_in_it(fake_distribution: Fake) -> None:
    lend(fake_distribution)
    assert not {"acme_greet", "kernel.greet"} & set(sys.modules)
    module = importlib.import_module("kernel.greet.words")
    assert module is importlib.import_module("acme_greet.words")
    assert kernel.greet is importlib.import_module("acme_greet")
    assert kernel.greet.NAME == "acme"


def test_modules_above_a_lent_one_are_made(fake_distribution: Fake) -> None:
    lend(fake_distribution, path="kernel.far.away.greet")
    assert kernel.far.away.greet.NAME == "acme"
    assert importlib.import_module("kernel.far.away.greet.words").HELLO == "hello"
    with pytest.raises(ModuleNotFoundError, match="kernel.far.other"):
        importlib.import_module("kernel.far.other")
    with pytest.raises(AttributeError, match="other"):
        kernel.far.other  # noqa: B018


def test_the_modules_of_the_kernel_cannot_be_shadowed(fake_distribution: Fake) -> None:
    lend(fake_distribution, path="kernel.tokens")
    lend(fake_distribution, "other-greet", path="kernel.tokens.greet")
    lend(fake_distribution, "third-greet", path="kernel.random")
    assert importlib.import_module("kernel.tokens").__name__ == "kernel.tokens"
    assert importlib.import_module("kernel.random").__name__ == "kernel.numeric.random"
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("kernel.tokens.greet")


def test_two_lenders_of_one_path_are_a_conflict_that_names_both(fake_distribution: Fake) -> None:
    lend(fake_distribution)
    lend(fake_distribution, "other-greet")
    with pytest.raises(ImportError, match="import kernel.greet") as info:
        importlib.import_module("kernel.greet")
    assert isinstance(info.value, LentModuleError)
    assert "acme-greet 1.2" in str(info.value) and "other-greet 1.2" in str(info.value)


def test_a_denied_package_lends_nothing(fake_distribution: Fake) -> None:
    lend(fake_distribution)
    with (
        rules.command_line(deny=["acme-greet"]),
        pytest.raises(ModuleNotFoundError, match="--deny acme-greet"),
    ):
        importlib.import_module("kernel.greet")
    assert "acme_greet" not in sys.modules
    assert importlib.import_module("kernel.greet").NAME == "acme"


def test_a_package_for_another_kernel_is_not_imported(fake_distribution: Fake) -> None:
    lend(fake_distribution, requires=["kernel-nlp<0.1"])
    with pytest.raises(LentModuleError, match="needs kernel-nlp<0.1"):
        importlib.import_module("kernel.greet")
    assert "acme_greet" not in sys.modules


def test_a_module_that_fails_names_its_package(fake_distribution: Fake) -> None:
    fake_distribution(
        "broken",
        "3.0",
        entry_points={"kernel_modules": {"kernel.greet": "broken_greet"}},
        modules={"broken_greet": "1 / 0\n"},
    )
    with pytest.raises(LentModuleError, match=r"broken 3.0.*ZeroDivisionError"):
        importlib.import_module("kernel.greet")


def test_a_module_that_one_of_our_packages_would_lend_names_the_package(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "kernel.discovery.known_names._PLACES", {"modules": {"kernel.greet": "kernel-nlp-greetings"}}
    )
    with pytest.raises(ModuleNotFoundError, match="pip install kernel-nlp-greetings"):
        importlib.import_module("kernel.greet.words")


def test_unknown_modules_are_not_found_as_usual() -> None:
    with pytest.raises(ModuleNotFoundError, match="No module named 'kernel.no_such'"):
        importlib.import_module("kernel.no_such")
    assert not hasattr(kernel, "no_such")


def test_lent_modules_are_listed(fake_distribution: Fake) -> None:
    lend(fake_distribution)
    assert "kernel.greet" in registry.names("modules")
    assert "acme_greet" not in sys.modules
