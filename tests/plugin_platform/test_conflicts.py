"""Two claims on one name, and whose names are whose."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from kernel import Config
from kernel.errors import ConfigError, NameConflict
from kernel.registries.family import registry
from kernel.testing.box import Box

Fake = Callable[..., Path]


@pytest.fixture(autouse=True)
def _clean():
    with registry.restored():
        yield


def claim(
    fake: Fake, distribution: str, *, group: str = "kernel_misc", name: str = "shared.R.v1", **more: str
) -> None:
    module = more.pop("module", distribution.replace("-", "_"))
    fake(
        distribution,
        more.pop("version", "1.0"),
        entry_points={group: {name: f"{module}:make"}},
        modules={module: more.pop("source", f"def make(): return {distribution!r}\n")},
    )


@pytest.fixture
def two(fake_distribution: Fake) -> None:
    """Two packages with one name, and one between them in the scan."""
    claim(fake_distribution, "acme-nlp", version="1.2")
    claim(fake_distribution, "between", name="between.R.v1")
    claim(fake_distribution, "other-nlp", version="2.0")


def test_a_name_of_two_packages_names_both(two: None) -> None:
    with pytest.raises(NameConflict) as info:
        registry.get("misc", "shared.R.v1")
    assert "acme-nlp 1.2 (acme_nlp:make)" in str(info.value)
    assert "other-nlp 2.0 (other_nlp:make)" in str(info.value)
    assert "between" not in str(info.value)
    assert '[registry.override] "shared.R.v1" = ' in info.value.hint


def test_as_long_as_nobody_uses_the_name_all_is_well(two: None, numbers: Box) -> None:
    assert numbers.run("train", "config.cfg", "--code", "numeric.py").exit_code == 0
    rows = {row["distribution"]: row for row in json.loads(numbers.run("plugins", "list", "--json").stdout)}
    assert rows["acme-nlp"]["state"] == rows["other-nlp"]["state"] == "conflict"
    assert rows["acme-nlp"]["reason"] == "shared.R.v1 also in other-nlp 2.0 (other_nlp:make)"
    assert rows["between"]["state"] == "ok"
    assert (
        "conflict: acme-nlp 1.2 (acme_nlp:make) and other-nlp"
        in numbers.run("registry", "list", "misc").stdout
    )
    checked = numbers.run("plugins", "check", "acme-nlp", "other-nlp")
    assert checked.exit_code == 1
    assert "conflict: shared.R.v1 also in acme-nlp 1.2 (acme_nlp:make)" in checked.stdout


def test_one_target_twice_is_no_conflict(fake_distribution: Fake, box: Box) -> None:
    claim(fake_distribution, "acme-nlp", module="acme_shared")
    claim(fake_distribution, "acme-nlp-editable", module="acme_shared")
    assert registry.get("misc", "shared.R.v1")() in ("acme-nlp", "acme-nlp-editable")
    states = {row["state"] for row in json.loads(box.run("plugins", "list", "--json").stdout)}
    assert states == {"ok"}


CODE = """
from kernel import registry

@registry.architectures("acme.CNN.v1")
def mine(width: int = 1):
    from thinc.api import Linear
    return Linear(nO=1)
"""
OVERRIDE = '[registry.override]\n"acme.CNN.v1" = "{owner}"\n'
INSTALLED = "def make(width: int = 2):\n    from thinc.api import Linear\n    return Linear(nO=1)\n"


@pytest.fixture
def clash(numbers: Box, fake_distribution: Fake) -> Box:
    """A config that names acme.CNN.v1, which a package and a code file have."""
    claim(fake_distribution, "acme-nlp", group="kernel_architectures", name="acme.CNN.v1", source=INSTALLED)
    numbers.code(CODE)
    text = (numbers.path / "config.cfg").read_text().replace("numbers.Line.v1", "acme.CNN.v1")
    numbers.config(text)
    return numbers


def train(box: Box, *more: str) -> list[str]:
    return ["train", "config.cfg", "--code", "numeric.py", "--code", "functions.py", "--output", "out", *more]


@pytest.mark.needs("kernel-nlp-callbacks")
def test_code_that_takes_an_installed_name_is_a_conflict(clash: Box) -> None:
    result = clash.run(*train(clash))
    assert result.exit_code == 3
    assert "acme-nlp 1.0 (acme_nlp:make)" in result.stderr
    assert "functions.py:4" in result.stderr


@pytest.mark.parametrize(("owner", "width"), [("code", 1), ("acme-nlp", 2), ("Acme.NLP", 2)])
def test_an_override_settles_it_and_is_recorded(clash: Box, owner: str, width: int) -> None:
    clash.config((clash.path / "config.cfg").read_text() + OVERRIDE.format(owner=owner))
    result = clash.run(*train(clash))
    assert result.exit_code == 0, result.stderr
    saved = Config.from_disk(clash.path / "out" / "model-last" / "config.cfg")
    assert saved["components"]["line"]["model"]["width"] == width
    again = ["train", "out/model-last/config.cfg", "--code", "numeric.py", "--code", "functions.py"]
    assert clash.run(*again).exit_code == 0


def test_an_override_on_the_command_line(clash: Box) -> None:
    result = clash.run(*train(clash, "--registry.override.acme.CNN.v1", "code"))
    assert result.exit_code == 0, result.stderr


@pytest.mark.parametrize(
    ("section", "message"),
    [
        (OVERRIDE.format(owner="nobody"), "acme.CNN.v1 is not in nobody"),
        ('[registry.override]\n"acme.CMM.v1" = "code"\n', "acme.CMM.v1 is not in code"),
        ("[registry]\noverwrite = 1\n", "[registry] takes no 'overwrite'"),
    ],
)
def test_an_override_that_cannot_be_obeyed_is_an_error(clash: Box, section: str, message: str) -> None:
    clash.config((clash.path / "config.cfg").read_text() + section)
    result = clash.run(*train(clash))
    assert result.exit_code == 2
    assert message in result.stderr
    assert "config.cfg:" in result.stderr


def test_the_override_is_in_the_metadata_of_a_pipeline(fake_distribution: Fake) -> None:
    from kernel.saving.provenance import provenance

    claim(fake_distribution, "acme-nlp")
    registry.misc("shared.R.v1", func=len)
    config = Config.from_str(
        '[registry.override]\n"shared.R.v1" = "acme-nlp"\n[nlp]\n[nlp.x]\n@misc = "shared.R.v1"\n'
    )
    record = provenance(config)
    assert record["overrides"] == {"shared.R.v1": "acme-nlp"}
    assert record["names"]["misc"] == {"shared.R.v1": "acme-nlp==1.0"}


def test_an_override_rules_one_config_only(fake_distribution: Fake) -> None:
    claim(fake_distribution, "acme-nlp")
    registry.misc("shared.R.v1", func=lambda: "code")
    text = '[registry.override]\n"shared.R.v1" = "{}"\n[a]\n[a.b]\n@misc = "shared.R.v1"\n'
    for owner in ("code", "acme-nlp"):
        assert registry.resolve(Config.from_str(text.format(owner)))["a"]["b"] == owner
    with pytest.raises(ConfigError, match="is claimed by"):
        registry.resolve(Config.from_str(text.partition("[a]")[2].join(["[a]", ""])))


def test_a_decorator_of_the_package_does_not_hide_the_clash(fake_distribution: Fake) -> None:
    source = "from kernel import registry\n@registry.misc('shared.R.v1')\ndef make(): return 'acme'\n"
    claim(fake_distribution, "acme-nlp", source=source)
    mine = registry.misc("shared.R.v1", lambda: "code")
    with pytest.raises(NameConflict, match=r"acme-nlp 1.0 .* and by .*test_conflicts.py"):
        registry.get("misc", "shared.R.v1")
    for owner, expected in (("acme-nlp", "acme"), ("code", mine())):
        config = Config(
            {"registry": {"override": {"shared.R.v1": owner}}, "a": {"b": {"@misc": "shared.R.v1"}}}
        )
        assert registry.resolve(config)["a"]["b"] == expected


def test_code_after_the_package_is_a_clash_too(fake_distribution: Fake) -> None:
    source = "from kernel import registry\n@registry.misc('shared.R.v1')\ndef make(): return 'acme'\n"
    claim(fake_distribution, "acme-nlp", source=source)
    assert registry.get("misc", "shared.R.v1")() == "acme"
    registry.misc("shared.R.v1", func=len)
    with pytest.raises(NameConflict, match="acme-nlp 1.0"):
        registry.get("misc", "shared.R.v1")


def test_thincs_names_cannot_be_taken_in_silence(fake_distribution: Fake, box: Box) -> None:
    claim(fake_distribution, "acme-nlp", group="kernel_optimizers", name="Adam.v1")
    with pytest.raises(NameConflict, match=r"acme-nlp 1.0 \(acme_nlp:make\) and by thinc "):
        registry.get("optimizers", "Adam.v1")
    for owner in ("acme-nlp", "thinc"):
        config = Config(
            {"registry": {"override": {"Adam.v1": owner}}, "a": {"b": {"@optimizers": "Adam.v1"}}}
        )
        made = registry.resolve(config)["a"]["b"]
        assert (made == "acme-nlp") == (owner == "acme-nlp")
    assert "Adam.v1 also in thinc" in box.run("plugins", "list").stdout


# Factories, languages and commands have free names, and the owner is the distribution's name
# or what it declares once, in the entry-point group `kernel_owner`.


@pytest.mark.parametrize(
    ("group", "name", "said"),
    [
        ("kernel_readers", "acme-nlp.R.v1", None),
        ("kernel_readers", "acme.R.v1", None),
        ("kernel_readers", "foreign.R.v1", "the owner 'foreign' is neither 'acme-nlp' nor declared"),
        ("kernel_readers", "R.v1", "not of the form <owner>.<Name>.v<number>"),
        ("kernel_readers", "acme.R", "not of the form <owner>.<Name>.v<number>"),
        ("kernel_readers", "kernel.R.v1", "the owner 'kernel' is reserved"),
        ("kernel_factories", "kernel.ner", "the owner 'kernel' is reserved"),
        ("kernel_factories", "gazetteer", None),
        ("kernel_languages", "tlh", None),
        ("kernel_acme_things", "acme.T.v1", None),
        ("kernel_acme_things", "T.v1", "not of the form"),
        ("kernel_cli", "train", "kernel has a command of this name"),
        ("kernel_cli", "acme", None),
        ("kernel_cli_init", "config", "kernel has a command of this name"),
        ("kernel_cli_init", "train", None),
    ],
)
def test_names_and_their_owners(
    group: str, name: str, said: str | None, fake_distribution: Fake, box: Box
) -> None:
    fake_distribution(
        "Acme.NLP", entry_points={group: {name: "acme_x:make"}, "kernel_owner": {"acme": "acme_x"}}
    )
    result = box.run("plugins", "check", "acme-nlp")
    assert result.exit_code == (0 if said is None else 1)
    assert said is None or said in result.stdout


@pytest.mark.parametrize(
    "target", ["", ":make", "a b:c", "os.path", ".acme:make", "acme:make:again", "acme:"]
)
def test_targets_that_lead_nowhere_fail_the_check(target: str, fake_distribution: Fake, box: Box) -> None:
    fake_distribution("acme", entry_points={"kernel_readers": {"acme.R.v1": target}})
    assert box.run("plugins", "check", "acme").exit_code == 1


def test_get_and_the_table_of_all_agree(fake_distribution: Fake) -> None:
    claim(fake_distribution, "acme-nlp")
    registry.misc("mine.v1", func=len)
    for kind in ("misc", "optimizers", "schedules", "batchers"):
        table = registry.of(kind).get_all()
        assert set(table) == set(registry.names(kind))
        for name in table:
            assert table[name] is registry.get(kind, name)
    assert "nothing" not in registry.misc.get_all()
