"""Sections of a config that packages supply."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kernel.config import Config, resolve_section
from kernel.config.sections import add_defaults
from kernel.errors import ConfigError
from kernel.testing.box import Box

Fake = Callable[..., Path]
WORKERS = """
from typing import ClassVar
from pydantic import Field, StrictInt
from kernel.config.schemas import Section

class WorkersSection(Section):
    '''How many.'''
    defaults: ClassVar[str] = '''
[training.workers]
count = ${system.workers}

[training.workers.pace]
@schedules = "constant.v1"
rate = 0.5
'''
    count: StrictInt = Field(default=2, ge=1)
    pace: float = 1.0
    name: str = "w"
"""
CALLBACK = """
import kernel
@kernel.registry.callbacks("workers.Shown.v1")
def shown():
    class Shown:
        @kernel.hookimpl
        def train_start(self, run):
            workers = run.settings.workers
            print("workers", workers.count, next(iter(workers.pace)), workers.name)
    return Shown()
"""
SECTION = """
[system]
seed = 0
workers = 3

[training.workers]
name = "x"

[training.callbacks.shown]
@callbacks = "workers.Shown.v1"
"""


@pytest.fixture
def workers(fake_distribution: Fake) -> None:
    fake_distribution(
        "acme-workers",
        "1.0",
        entry_points={"kernel_sections": {"training.workers": "acme_workers:WorkersSection"}},
        modules={"acme_workers": WORKERS},
    )


def add(numbers: Box, text: str) -> None:
    file = numbers.path / "config.cfg"
    file.write_text(file.read_text().replace("[system]\nseed = 0\n", "") + text)
    (numbers.path / "shown.py").write_text(CALLBACK)


def test_a_section_inside_of_a_section_is_filled_checked_and_built(workers: None, numbers: Box) -> None:
    add(numbers, SECTION)
    result = numbers.run("train", "config.cfg", "--code", "numeric.py", "--code", "shown.py", "-o", "out")
    assert result.exit_code == 0, result.stderr
    assert "workers 3 0.5 x" in result.stdout
    saved = Config.from_disk(numbers.path / "out" / "model-last" / "config.cfg")
    assert saved["training"]["workers"]["count"] == "${system.workers}"
    assert saved["training"]["workers"]["pace"] == {"@schedules": "constant.v1", "rate": 0.5}


def test_what_is_wrong_in_it_has_an_address(workers: None, numbers: Box) -> None:
    add(numbers, SECTION.replace('name = "x"', 'count = 0\nnames = "x"'))
    result = numbers.run("train", "config.cfg", "--code", "numeric.py", "--code", "shown.py")
    assert result.exit_code == 2
    assert "config.cfg:" in result.stderr
    assert "training.workers.count" in result.stderr
    assert "[training.workers] takes no 'names'" in result.stderr and "Did you mean 'name'?" in result.stderr


def test_a_config_without_the_section_is_not_changed_by_the_package(workers: None, numbers: Box) -> None:
    result = numbers.run("train", "config.cfg", "--code", "numeric.py", "-o", "out")
    assert result.exit_code == 0, result.stderr
    assert "workers" not in (numbers.path / "out" / "model-last" / "config.cfg").read_text()


def test_without_its_package_the_section_is_unknown(numbers: Box) -> None:
    add(numbers, SECTION)
    result = numbers.run("train", "config.cfg", "--code", "numeric.py", "--code", "shown.py")
    assert result.exit_code == 2
    assert "[training] takes no 'workers'" in result.stderr


def test_a_denied_package_is_named(workers: None, numbers: Box) -> None:
    add(numbers, SECTION)
    result = numbers.run(
        "--deny", "acme-workers", "train", "config.cfg", "--code", "numeric.py", "--code", "shown.py"
    )
    assert result.exit_code == 2
    assert "It is in acme-workers 1.0, which is denied by --deny acme-workers." in result.stderr


def test_the_package_that_is_known_to_supply_a_section_is_named(numbers: Box) -> None:
    add(numbers, "\n[pretraining]\nmax_epochs = 3\n")
    result = numbers.run(
        "--deny",
        "kernel-nlp-pretraining",
        "train",
        "config.cfg",
        "--code",
        "numeric.py",
        "--code",
        "shown.py",
    )
    assert result.exit_code == 2
    assert "there is no section [pretraining]" in result.stderr
    assert "kernel-nlp-pretraining" in result.stderr.split("hint:")[1]


def test_an_empty_section_of_a_known_package_is_accepted_without_it(numbers: Box) -> None:
    add(numbers, "\n[pretraining]\n")
    result = numbers.run("--deny", "kernel-nlp-pretraining", "train", "config.cfg", "--code", "numeric.py")
    assert result.exit_code == 0, result.stderr


def test_defaults_of_another_section_are_refused(fake_distribution: Fake) -> None:
    fake_distribution(
        "acme-stray",
        "1.0",
        entry_points={"kernel_sections": {"stray": "acme_stray:Stray"}},
        modules={
            "acme_stray": "from kernel.config.schemas import Section\n"
            "class Stray(Section):\n    defaults = '[training]\\npatience = 1\\n'\n    a: int = 1\n"
        },
    )
    with pytest.raises(ConfigError, match=r"acme-stray 1.0, defaults of \[stray\].*training"):
        add_defaults(Config.from_str("[stray]\na = 2\n"))


def test_what_is_no_schema_is_refused(fake_distribution: Fake) -> None:
    fake_distribution(
        "acme-stray",
        "1.0",
        entry_points={"kernel_sections": {"stray": "acme_stray:make"}},
        modules={"acme_stray": "def make(): return 1\n"},
    )
    with pytest.raises(ConfigError, match="'stray' of acme-stray 1.0 is no schema of a section"):
        resolve_section(Config.from_str("[stray]\na = 2\n"), "stray")
