"""Which packages may be used."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kernel import Config
from kernel.discovery import rules
from kernel.errors import RegistryError
from kernel.registries.family import Registries, registry
from kernel.testing.box import Box

Fake = Callable[..., Path]


@pytest.fixture(autouse=True)
def three(fake_distribution: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KERNEL_PLUGINS", raising=False)
    for name in ("acme", "bolt", "cog"):
        fake_distribution(
            name,
            entry_points={
                "kernel_misc": {f"{name}.F.v1": f"{name}_poison:make"},
                "kernel_cli": {name: f"{name}_x:c"},
            },
            modules={f"{name}_poison": "raise SystemExit\n"},
        )


def usable(seen: Registries = registry) -> set[str]:
    return {name for name in ("acme", "bolt", "cog") if seen.has("misc", f"{name}.F.v1")}


@pytest.mark.parametrize(
    ("deny", "only", "environment", "config", "expected"),
    [
        ([], [], "", {}, "acme bolt cog"),
        (["acme"], [], "", {}, "bolt cog"),
        ([], ["Acme", "bolt"], "", {}, "acme bolt"),
        (["acme"], ["acme", "bolt"], "", {}, "bolt"),
        ([], [], "acme", {}, "acme"),
        ([], [], "-acme", {}, "bolt cog"),
        ([], [], "acme, bolt, -bolt", {}, "acme"),
        ([], [], ",", {}, "acme bolt cog"),
        ([], [], "", {"only": ["acme"]}, "acme"),
        ([], [], "", {"deny": ["acme"]}, "bolt cog"),
        ([], [], "", {"only": ["acme", "bolt"], "deny": ["bolt"]}, "acme"),
        ([], [], "", {"only": []}, ""),
        # Each level over the next.
        (["acme"], [], "acme", {"only": ["acme", "cog"]}, ""),
        ([], ["acme"], "-acme", {"deny": ["acme"]}, "acme"),
        ([], ["acme"], "bolt", {"only": ["cog"]}, "acme"),
        ([], [], "acme", {"deny": ["acme"]}, "acme"),
        ([], [], "-acme", {"only": ["acme", "bolt"]}, "bolt"),
        (["bolt"], [], "-acme", {"deny": ["cog"]}, ""),
    ],
)
def test_the_first_that_says_something_decides(
    deny: list[str],
    only: list[str],
    environment: str,
    config: dict[str, list[str]],
    expected: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KERNEL_PLUGINS", environment)
    seen = registry.chosen_by({"plugins": config})
    with rules.command_line(only, deny):
        assert usable(seen) == set(expected.split())
        assert seen.has("tokenizers", "kernel.Tokenizer.v1"), "kernel itself can't be denied"
        assert seen.has("optimizers", "Adam.v1")
    monkeypatch.delenv("KERNEL_PLUGINS")
    assert usable() == {"acme", "bolt", "cog"}


@pytest.mark.parametrize(
    ("args", "environment", "said"),
    [
        (["--deny", "acme"], "", "denied by --deny acme"),
        (["--only", "bolt", "--only", "cog"], "", "denied by --only bolt --only cog"),
        ([], "-acme", "denied by KERNEL_PLUGINS=-acme"),
    ],
)
def test_denied_names_behave_as_not_installed(
    args: list[str], environment: str, said: str, numbers: Box
) -> None:
    numbers.env["KERNEL_PLUGINS"] = environment
    shown = numbers.run(*args, "registry", "show", "acme.F.v1", "--kind", "misc")
    assert shown.exit_code == 2
    assert "misc has no function 'acme.F.v1'" in shown.stderr
    assert f"It is in acme 1.0, which is {said}." in shown.stderr
    assert "acme.F.v1" not in numbers.run(*args, "registry", "list").stdout
    assert " acme " not in numbers.run(*args, "--help").stdout
    rows = {
        row["distribution"]: row for row in json.loads(numbers.run(*args, "plugins", "list", "--json").stdout)
    }
    assert (rows["acme"]["state"], rows["acme"]["reason"]) == ("denied", said.removeprefix("denied "))


def test_a_config_rules_what_it_builds() -> None:
    config = Config.from_str('[plugins]\ndeny = ["acme"]\n[a]\n[a.b]\n@misc = "acme.F.v1"\n')
    with pytest.raises(RegistryError, match="has no function") as info:
        registry.chosen_by(config).get("misc", "acme.F.v1")
    assert "denied by [plugins] deny of the config" in info.value.hint


def test_denying_comes_before_the_import(numbers: Box) -> None:
    block = '{"@callbacks": "acme.F.v1"}'
    result = numbers.run(
        "--deny", "acme", "train", "config.cfg", "--code", "numeric.py", "--training.callbacks.x", block
    )
    assert result.exit_code == 2
    assert "acme_poison" not in sys.modules
    assert numbers.run("--deny", "acme", "acme").exit_code == 2


def test_denying_settles_a_conflict(fake_distribution: Fake) -> None:
    for name in ("one", "two"):
        fake_distribution(
            name,
            entry_points={"kernel_misc": {"shared.F.v1": f"{name}_shared:make"}},
            modules={f"{name}_shared": f"def make(): return {name!r}\n"},
        )
    with rules.command_line(deny=["two"]):
        assert registry.get("misc", "shared.F.v1")() == "one"


def test_a_package_that_is_not_there_is_said(box: Box) -> None:
    result = box.run("--deny", "acmee", "plugins", "list")
    assert result.exit_code == 0
    assert "warning: --deny acmee: no such package is installed" in result.stderr


def test_a_package_that_is_not_there_is_said_wherever_it_is_named(box: Box) -> None:
    box.env["KERNEL_PLUGINS"] = "-acmee,-acme"
    assert box.run("plugins", "list").stderr == (
        "warning: KERNEL_PLUGINS=-acmee: no such package is installed\n1 warning\n"
    )
    del box.env["KERNEL_PLUGINS"]
    file = '[plugins]\nonly = ["bolt", "acmes"]\ndeny = ["acme", "acmee"]\n'
    box.file("a.cfg", f'[nlp]\nlang = "xx"\npipeline = []\n{file}')
    lines = box.run("debug", "config", "a.cfg").stderr.splitlines()
    assert [line for line in lines if "no such package" in line] == [
        "warning: [plugins] only acmes: no such package is installed",
        "warning: [plugins] deny acmee: no such package is installed",
    ]


def test_a_name_that_a_denied_package_has_is_said_to_be_there_and_nothing_else() -> None:
    with rules.command_line(deny=["acme"]):
        error = registry.of("misc").unknown("acme.F.v1")
    assert error.hint == "It is in acme 1.0, which is denied by --deny acme."


def test_the_rules_end_with_the_command(box: Box) -> None:
    box.run("--only", "acme", "plugins", "list")
    assert usable() == {"acme", "bolt", "cog"}


@pytest.mark.needs("kernel-nlp-languages")
def test_a_language_that_is_denied_is_not_called_missing(box: Box) -> None:
    box.file("a.cfg", '[nlp]\nlang = "en"\npipeline = []\n')
    error = box.run("--only", "acme", "train", "a.cfg").stderr
    assert "expected: a name from the registry languages: none is installed, or may be used" in error
    assert "which is denied by --only acme" in error
    assert "doesn't provide this name" not in error


def test_a_denied_command_says_by_what(box: Box) -> None:
    result = box.run("--deny", "acme", "acme")
    assert result.exit_code == 2
    assert "It is in acme 1.0, which is denied by --deny acme." in result.stderr


def test_a_format_whose_package_is_denied_says_by_what(box: Box, tmp_path: Path) -> None:
    from kernel.language import Language

    Language().to_disk(tmp_path / "saved")
    box.file("in.txt", "One.")
    result = box.run("--only", "acme", "apply", tmp_path / "saved", "in.txt", "-")
    assert result.exit_code == 2
    assert "denied by --only acme" in result.stderr


@pytest.mark.parametrize("way", ["deny", "only", "environment"])
def test_a_saved_pipeline_whose_package_is_denied_says_by_what(
    way: str, box: Box, fake_distribution: Fake, tmp_path: Path
) -> None:
    from kernel.language import Language

    fake_distribution(
        "dull",
        entry_points={"kernel_factories": {"dull": "dull_module:make"}},
        modules={"dull_module": "def make(nlp, name):\n    return lambda doc: doc\n"},
    )
    nlp = Language()
    nlp.add_pipe("dull")
    nlp.to_disk(tmp_path / "saved")
    box.file("in.txt", "One.")
    # What writes is a package's too.
    only = ["--only", "acme", "--only", "kernel-nlp-readers"]
    args = {"deny": ["--deny", "dull"], "only": only, "environment": []}[way]
    said = {
        "deny": "--deny dull",
        "only": "--only acme --only kernel-nlp-readers",
        "environment": "KERNEL_PLUGINS=-dull",
    }[way]
    if way == "environment":
        box.env["KERNEL_PLUGINS"] = "-dull"
    result = box.run(*args, "apply", tmp_path / "saved", "in.txt", "-")
    assert result.exit_code == 2
    assert f"dull 1.0 is installed, but denied by {said}." in result.stderr
    assert box.run("apply", tmp_path / "saved", "in.txt", "-").exit_code == (2 if way == "environment" else 0)
