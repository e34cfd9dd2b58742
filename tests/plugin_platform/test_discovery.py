"""What is looked at, and what is imported, before something is named."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kernel.discovery import scan
from kernel.registries.family import registry
from kernel.testing import write_distribution
from kernel.testing.box import Box

HEAVY = {"numpy", "pydantic", "confection", "catalogue", "thinc", "pluggy"}
POISON = "raise SystemExit('imported')\n"
Fake = Callable[..., Path]


def in_new_process(code: str, folder: Path) -> str:
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, env={"PYTHONPATH": str(folder)}
    )
    return done.stdout


def poisoned(folder: Path) -> None:
    write_distribution(
        folder,
        "acme-nlp",
        entry_points={
            "kernel_readers": {"acme-nlp.R.v1": "acme_poison:make"},
            "kernel_cli": {"acme": "acme_poison:command"},
        },
        modules={"acme_poison": POISON},
    )


@pytest.mark.parametrize("args", [["--help"], ["plugins", "list"], ["registry", "list"]])
def test_nothing_heavy_and_no_plugin_is_imported(args: list[str], tmp_path: Path) -> None:
    # The ratio of the times is in benchmarks/cli_start.py.
    poisoned(tmp_path)
    code = (
        "import sys\nfrom kernel.cli.run import run\n"
        f"assert run({args!r}) == 0\nprint('\\nmodules', *sys.modules)"
    )
    modules = set(in_new_process(code, tmp_path).rpartition("\nmodules")[2].split())
    assert not modules & (HEAVY | {"acme_poison"})
    assert not [name for name in modules if name.startswith("kernel_")]


def test_the_import_alone_takes_little_of_the_standard_library(tmp_path: Path) -> None:
    # Of every script and worker process it is the first thing; most of what it once cost were these. Python itself may have some.
    code = "import sys\nbefore = set(sys.modules)\nimport kernel\nprint(*set(sys.modules) - before)"
    new = set(in_new_process(code, tmp_path).split())
    assert {"kernel", "kernel.registries.modules"} <= new
    assert not new & {
        "typing",
        "re",
        "contextlib",
        "functools",
        "dataclasses",
        "importlib.metadata",
        "pathlib",
    }


@pytest.mark.parametrize("args", [["--version"], ["train", "--help"], ["plugins", "check", "--help"]])
def test_a_built_in_command_starts_without_a_scan(args: list[str], tmp_path: Path) -> None:
    code = (
        "from kernel.discovery import scan\nfrom kernel.cli.run import run\n"
        f"assert run({args!r}) == 0\nprint('\\nscan', scan._scan)"
    )
    assert in_new_process(code, tmp_path).rstrip().endswith("scan None")


@pytest.mark.parametrize("args", [["--help"], ["info"], ["plugins", "list"], ["registry", "list"]])
def test_a_plugin_that_exits_at_import_stops_nothing(
    args: list[str], box: Box, fake_distribution: Fake
) -> None:
    fake_distribution(
        "acme-nlp",
        entry_points={"kernel_readers": {"acme-nlp.R.v1": "acme_poison:make"}},
        modules={"acme_poison": POISON},
    )
    assert box.run(*args).exit_code == 0


def test_an_exit_at_import_stops_no_training_that_does_not_name_it(
    numbers: Box, fake_distribution: Fake
) -> None:
    fake_distribution(
        "acme-nlp",
        entry_points={"kernel_readers": {"acme-nlp.R.v1": "acme_poison:make"}},
        modules={"acme_poison": POISON},
    )
    result = numbers.run("train", "config.cfg", "--code", "numeric.py")
    assert result.exit_code == 0, result.stderr


def test_one_name_imports_one_module(fake_distribution: Fake) -> None:
    names = [f"part{number}" for number in range(10)]
    fake_distribution(
        "acme-nlp",
        entry_points={"kernel_misc": {f"acme-nlp.{name}.v1": f"acme_parts.{name}:make" for name in names}},
        modules={
            "acme_parts.__init__": "",
            **{f"acme_parts.{name}": f"def make(): return {name!r}" for name in names},
        },
    )
    assert registry.resolve({"block": {"@misc": "acme-nlp.part3.v1"}}) == {"block": "part3"}
    assert {name for name in sys.modules if name.startswith("acme_parts")} == {
        "acme_parts",
        "acme_parts.part3",
    }


def test_one_scan_in_a_whole_training(numbers: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    # Scans by our own code: catalogue, of which thinc's registries are made, reads entry points by itself.
    calls = []
    walk = scan._walk
    monkeypatch.setattr(scan, "_walk", lambda path: calls.append(1) or walk(path))
    scan.refresh()
    result = numbers.run("train", "config.cfg", "--code", "numeric.py", "--output", "out")
    assert result.exit_code == 0, result.stderr
    assert len(calls) == 1


def test_the_listing_is_the_same_when_plugins_cannot_be_imported() -> None:
    code = """
import json, sys
class Poison:
    def find_spec(self, name, path=None, target=None):
        if name.startswith("kernel_"):
            raise AssertionError(name)
if {poison}:
    sys.meta_path.insert(0, Poison())
from kernel.cli.run import run
assert run(["registry", "list", "--json"]) == 0
"""
    free, poisoned = (in_new_process(code.format(poison=flag), Path()) for flag in (False, True))
    assert free == poisoned
    assert {"kind", "name", "distribution", "version", "target", "claims"} == json.loads(free)[0].keys()
