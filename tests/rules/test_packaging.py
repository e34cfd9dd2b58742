"""The distributions: names, versions and entry points agree with each other and with what is installed."""

from __future__ import annotations

import importlib
import importlib.metadata
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from kernel.discovery.known_names import COMMAND_GROUPS
from kernel.registries.aliases import Alias

from .conftest import ROOT

MANIFESTS = [
    ROOT / "pyproject.toml",
    *sorted(ROOT.glob("plugins/*/pyproject.toml")),
    ROOT / "plugins-transformers/pyproject.toml",
]
NAME = re.compile(r"kernel\.[A-Za-z][A-Za-z0-9_]*\.v[0-9]+")
FREE_KINDS = {
    "kernel_factories",
    "kernel_fallbacks",
    "kernel_formats",
    "kernel_info",
    "kernel_languages",
    *COMMAND_GROUPS,
    "kernel_modules",
    "kernel_owner",
    "kernel_refusals",
    "kernel_sections",
}


def project(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))["project"]


def entries(path: Path) -> list[tuple[str, str, str]]:
    groups = project(path).get("entry-points", {})
    return [(group, name, target) for group, names in groups.items() for name, target in names.items()]


# Packages that do something only with a framework that they don't require, and their extra for it.
FRAMEWORKS = ("torch", "jax", "onnx", "ray")
WITH_EXTRAS = {
    project(path)["name"]: framework
    for path in MANIFESTS[1:]
    for framework in FRAMEWORKS
    if framework in project(path).get("optional-dependencies", {})
}

ENTRIES = [(path, *entry) for path in MANIFESTS for entry in entries(path)]


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda p: p.parent.name)
def test_installed_entry_points_are_those_of_the_manifest(path: Path) -> None:
    own = project(path)
    installed = importlib.metadata.distribution(own["name"])
    found = sorted(
        (e.group, e.name, e.value) for e in installed.entry_points if e.group.startswith("kernel_")
    )
    assert found == sorted(entries(path)), (
        f"{own['name']} is installed with other entry points: run `make install`"
    )


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda p: p.parent.name)
def test_all_distributions_have_one_version_and_pin_the_kernel(path: Path) -> None:
    own, root = project(path), project(ROOT / "pyproject.toml")
    assert own["version"] == root["version"]
    if own is not root and own["name"] != root["name"]:
        major, minor = root["version"].split(".")[:2]
        assert f"kernel-nlp>={major}.{minor},<{major}.{int(minor) + 1}" in own["dependencies"]
        assert (path.parent / "README.md").is_file()


@pytest.mark.parametrize(
    ("path", "group", "name", "target"), ENTRIES, ids=lambda v: v if isinstance(v, str) else ""
)
def test_entry_points_name_real_functions_with_owned_names(
    path: Path, group: str, name: str, target: str
) -> None:
    module, _, attribute = target.partition("[")[0].strip().partition(":")
    function = importlib.import_module(module)
    for part in filter(None, attribute.split(".")):
        function = getattr(function, part)
    # An alias has its documentation from the function that it stands for.
    is_alias = isinstance(function, Alias)
    assert callable(function) or is_alias or group in ("kernel_modules", "kernel_owner")
    assert is_alias or function.__doc__, f"{target} has no docstring"
    if group not in FREE_KINDS:
        declared = project(path)["entry-points"].get("kernel_owner", {})
        is_owned = name.partition(".")[0] in declared or NAME.fullmatch(name)
        assert is_owned, f"{name} is not kernel.<Name>.v<N>, and of no owner that the package declares"


def test_no_name_is_claimed_twice() -> None:
    claimed = [(group, name) for _, group, name, _ in ENTRIES]
    assert len(claimed) == len(set(claimed))


def test_the_extra_all_lists_every_first_party_package_with_functions_and_without_torch() -> None:
    wanted = {
        re.split("[<>=]", item)[0]
        for item in project(ROOT / "pyproject.toml")["optional-dependencies"]["all"]
    }
    full = {project(p)["name"] for p in MANIFESTS[1:] if entries(p)}
    assert wanted == full - set(WITH_EXTRAS)


def test_the_readme_installs_every_first_party_package_with_functions_and_without_torch() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    command = re.search(r"pip install -e \.(?: \\\n| |-e|plugins/\w+)*", text)
    assert command
    wanted = {
        f"plugins/{path.parent.name}"
        for path in MANIFESTS[1:]
        if entries(path) and project(path)["name"] not in WITH_EXTRAS
    }
    assert set(re.findall(r"plugins/\w+", command[0])) == wanted


@pytest.mark.parametrize("path", MANIFESTS[1:], ids=lambda p: p.parent.name)
def test_the_readme_has_a_row_for_every_package_which_names_its_components(path: Path) -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    row = next(line for line in lines if line.startswith(f"| [`{project(path)['name']}`]"))
    named = {name.rpartition(".")[2] for group, name, _ in entries(path) if group == "kernel_factories"}
    if len(named) > 1:
        assert {name for name in named if f"`{name}`" not in row} == set()


@pytest.mark.parametrize("name", WITH_EXTRAS)
def test_an_extra_of_the_kernel_brings_each_package_that_does_nothing_without_another_framework(
    name: str,
) -> None:
    """`pip install "kernel-nlp[transformers]"`: the package, and what it takes."""
    extra = name.removeprefix("kernel-nlp-")
    framework = WITH_EXTRAS[name]
    (line,) = project(ROOT / "pyproject.toml")["optional-dependencies"][extra]
    assert line == f"{name}[{framework}]>=0.1,<0.2"
