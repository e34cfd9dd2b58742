"""Versions of kernel that a package admits, and packages that a config requires."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kernel import __version__
from kernel.discovery import metadata
from kernel.errors import ConfigError, IncompatiblePlugin
from kernel.language import Language
from kernel.registries.family import registry
from kernel.testing.box import Box

Fake = Callable[..., Path]


def install(fake: Fake, *requires: str, version: str = "1.2") -> None:
    fake(
        "acme-nlp",
        version,
        requires=requires,
        entry_points={"kernel_readers": {"acme-nlp.R.v1": "acme_ranged:make"}},
        modules={"acme_ranged": "def make(): return 1\n"},
    )


@pytest.mark.parametrize(
    "requirement", ["kernel-nlp<0.1", "Kernel_NLP (<0.1)", "kernel-nlp[all]>=9; python_version>'3'"]
)
def test_an_incompatible_plugin_is_refused_before_its_import(
    requirement: str, fake_distribution: Fake, box: Box
) -> None:
    install(fake_distribution, "numpy", requirement)
    with pytest.raises(IncompatiblePlugin) as info:
        registry.get("readers", "acme-nlp.R.v1")
    assert "acme_ranged" not in sys.modules
    assert (
        f"needs kernel-nlp{metadata.kernel_range('acme-nlp')}, but this is kernel-nlp {__version__}"
        in str(info.value)
    )
    assert (info.value.distribution, info.value.version, info.value.exit_code) == ("acme-nlp", "1.2", 3)
    (row,) = [
        row
        for row in json.loads(box.run("plugins", "list", "--json").stdout)
        if row["distribution"] == "acme-nlp"
    ]
    assert row["state"] == "incompatible"
    assert row["reason"] == f"needs kernel-nlp{row['kernel']}"
    assert box.run("plugins", "check", "acme-nlp").exit_code == 1


@pytest.mark.parametrize(
    ("requires", "wants"),
    [
        ([], None),
        (["numpy"], None),
        (["kernel-nlp"], ""),
        (["kernel-nlp<0.2,>=0.1"], ">=0.1,<0.2"),
        (['kernel-nlp>=99; extra == "next"'], None),
        (["kernel-nlp ~= nonsense"], "~=nonsense"),
        (["kernel-nlp-readers<0.1"], None),
    ],
)
def test_other_ranges_are_no_obstacle(
    requires: list[str], wants: str | None, fake_distribution: Fake
) -> None:
    install(fake_distribution, *requires)
    assert metadata.kernel_range("acme-nlp") == wants
    assert registry.get("readers", "acme-nlp.R.v1")() == 1


@pytest.mark.parametrize(
    ("requirement", "problem"),
    [
        ("acme-nlp>=1.2", None),
        ("Acme.NLP<2", None),
        ("acme-nlp", None),
        ("nothing-here; python_version < '3'", None),
        ("acme-nlp>=1.3", "acme-nlp 1.2 is installed"),
        ("nothing-here", "nothing-here is not installed"),
        ("acme nlp", "not a requirement"),
    ],
)
def test_required_packages_are_looked_for_first(
    requirement: str, problem: str | None, fake_distribution: Fake, numbers: Box
) -> None:
    install(fake_distribution)
    text = (numbers.path / "config.cfg").read_text()
    numbers.config(f'[plugins]\nrequire = ["{requirement}"]\n' + text)
    result = numbers.run("train", "config.cfg", "--code", "numeric.py")
    assert result.exit_code == (0 if problem is None else 2), result.stderr
    if problem is not None:
        assert f"config.cfg:2:12: plugins.require.0: {problem}" in result.stderr


def test_required_packages_are_looked_for_before_anything_is_imported(fake_distribution: Fake) -> None:
    fake_distribution(
        "acme-nlp",
        entry_points={"kernel_languages": {"acme": "acme_poison:make"}},
        modules={"acme_poison": "raise SystemExit\n"},
    )
    config = {"nlp": {"lang": "acme"}, "plugins": {"require": ["acme-nlp>=2"]}}
    with pytest.raises(ConfigError, match="acme-nlp 1.0 is installed"):
        Language.from_config(config)


@pytest.mark.parametrize(
    "section", ["deny = 1", "only = acme", "requires = []", 'require = "acme"', "deny = [1]"]
)
def test_misspelt_and_mistyped_settings_are_problems(section: str, numbers: Box) -> None:
    numbers.config(f"[plugins]\n{section}\n" + (numbers.path / "config.cfg").read_text())
    result = numbers.run("train", "config.cfg", "--code", "numeric.py")
    assert result.exit_code == 2
    assert "config.cfg:2:" in result.stderr
