"""Sections of a config that packages supply."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from kernel.config import Config, check, resolve_section
from kernel.config.building import add_sections
from kernel.config.json_schema import config_schema
from kernel.config.sections import OPEN, OWN, add_defaults, refusal, schema_of
from kernel.discovery import rules
from kernel.errors import ConfigError, PluginError, RegistryError
from kernel.testing import SectionSuite
from kernel.testing.box import Box

Fake = Callable[..., Path]
WORKERS = """
from typing import ClassVar
from pydantic import Field, StrictInt
from kernel.config.schemas import Section

class WorkersSection(Section):
    '''How many.'''
    defaults: ClassVar[str] = '''
[training.crew]
count = ${system.workers}

[training.crew.pace]
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
            workers = run.settings.crew
            print("workers", workers.count, next(iter(workers.pace)), workers.name)
    return Shown()
"""
SECTION = """
[system]
seed = 0
workers = 3

[training.crew]
name = "x"

[training.callbacks.shown]
@callbacks = "workers.Shown.v1"
"""


@pytest.fixture
def workers(fake_distribution: Fake) -> None:
    fake_distribution(
        "acme-workers",
        "1.0",
        entry_points={"kernel_sections": {"training.crew": "acme_workers:WorkersSection"}},
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
    assert saved["training"]["crew"]["count"] == "${system.workers}"
    assert saved["training"]["crew"]["pace"] == {"@schedules": "constant.v1", "rate": 0.5}


def test_what_is_wrong_in_it_has_an_address(workers: None, numbers: Box) -> None:
    add(numbers, SECTION.replace('name = "x"', 'count = 0\nnames = "x"'))
    result = numbers.run("train", "config.cfg", "--code", "numeric.py", "--code", "shown.py")
    assert result.exit_code == 2
    assert "config.cfg:" in result.stderr
    assert "training.crew.count" in result.stderr
    assert "[training.crew] takes no 'names'" in result.stderr and "Did you mean 'name'?" in result.stderr


def test_a_config_without_the_section_is_not_changed_by_the_package(workers: None, numbers: Box) -> None:
    result = numbers.run("train", "config.cfg", "--code", "numeric.py", "-o", "out")
    assert result.exit_code == 0, result.stderr
    assert "workers" not in (numbers.path / "out" / "model-last" / "config.cfg").read_text()


def test_without_its_package_the_section_is_unknown(numbers: Box) -> None:
    add(numbers, SECTION)
    result = numbers.run("train", "config.cfg", "--code", "numeric.py", "--code", "shown.py")
    assert result.exit_code == 2
    assert "[training] takes no 'crew'" in result.stderr


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
    broken = r"the schema of \[stray\], which acme-stray 1.0 supplies, is broken: its defaults belong to .*: training"
    with pytest.raises(ConfigError, match=broken):
        add_defaults(Config.from_str("[stray]\na = 2\n"))


def test_what_is_no_schema_is_refused(fake_distribution: Fake) -> None:
    fake_distribution(
        "acme-stray",
        "1.0",
        entry_points={"kernel_sections": {"stray": "acme_stray:make"}},
        modules={"acme_stray": "def make(): return 1\n"},
    )
    with pytest.raises(ConfigError, match="'stray' of acme-stray 1.0 is not a schema of a section"):
        resolve_section(Config.from_str("[stray]\na = 2\n"), "stray")


def supply(fake: Fake, distribution: str, path: str, keys: str = "a: int = 1", **more: object) -> None:
    """Install a package with a section. keys: of its schema."""
    module = distribution.replace("-", "_")
    fake(
        distribution,
        "1.0",
        entry_points={"kernel_sections": {path: f"{module}:Supplied"}},
        modules={
            module: "from kernel.config.schemas import Section\n"
            f"class Supplied(Section):\n    '''Of {distribution}.'''\n    {keys}\n"
        },
        **more,
    )


@pytest.mark.parametrize("path", [*OWN, *OPEN])
def test_no_package_may_supply_a_section_of_the_kernel(path: str, fake_distribution: Fake, box: Box) -> None:
    supply(fake_distribution, "acme-grab", path, requires=["kernel-nlp~=0.1.0"])
    with pytest.raises(PluginError, match=rf"acme-grab 1.0 .*the kernel's own \[{path}\] can't be replaced"):
        schema_of(path)
    result = box.run("plugins", "check", "acme-grab")
    assert result.exit_code == 1
    assert result.stdout.count("FAIL") == 1
    assert f"the kernel's own [{path}] can't be replaced" in result.stdout
    assert box.run("registry", "show", path).exit_code == 3
    assert "acme_grab" not in sys.modules


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("training.optimizer", "'optimizer' is a key of the kernel's own [training]"),
        ("training.callbacks.mine", "'callbacks' is a key of the kernel's own [training]"),
        ("initialize.components.ner", "'components' is a key of the kernel's own [initialize]"),
        ("corpora.mine", "packages can't add sections to the kernel's own [corpora], only to [training] and"),
        ("nlp.mine", "packages can't add sections to the kernel's own [nlp]"),
        ("acme-1", "is not the dotted name of a section"),
        ("acme..mine", "is not the dotted name of a section"),
    ],
)
def test_places_where_no_package_may_put_a_section(
    path: str, reason: str, fake_distribution: Fake, box: Box
) -> None:
    assert reason in refusal(path)
    supply(fake_distribution, "acme-grab", path, requires=["kernel-nlp~=0.1.0"])
    result = box.run("plugins", "check", "acme-grab")
    assert (result.exit_code, reason in result.stdout) == (1, True)


def test_a_run_with_a_package_that_claims_training_says_so_once(
    fake_distribution: Fake, numbers: Box
) -> None:
    supply(fake_distribution, "acme-grab", "training")
    command = ("train", "config.cfg", "--code", "numeric.py")
    result = numbers.run(*command)
    assert result.exit_code == 3
    assert result.stderr == (
        "error: config.cfg:22:1: training: sections: acme-grab 1.0 (acme_grab:Supplied) supplies [training], but "
        "the kernel's own [training] can't be replaced\n"
        "    [training]\n"
        "    ^^^^^^^^^^\n"
        "    hint: Uninstall the package, or deny it: kernel --deny acme-grab\n"
    )
    assert numbers.run("--deny", "acme-grab", *command).exit_code == 0


def test_a_target_that_is_no_section_is_found_by_the_check(fake_distribution: Fake, box: Box) -> None:
    fake_distribution(
        "acme-stray",
        requires=["kernel-nlp~=0.1.0"],
        entry_points={"kernel_sections": {"stray": "acme_stray:make", "other": "acme_stray:Bare"}},
        modules={
            "acme_stray": "from kernel.config.schemas import Section\n"
            "def make(): return 1\n"
            "class Bare(Section):\n    key: int = 1\n"
        },
    )
    output = box.run("plugins", "check", "acme-stray", "--import").stdout
    assert "acme_stray:make: of type function, not a subclass of Section" in output
    assert "key 'key' has no text below it" in output


def test_sections_in_sections_of_other_packages(fake_distribution: Fake) -> None:
    supply(fake_distribution, "acme-outer", "outer", "a: int = 1")
    supply(fake_distribution, "acme-inner", "outer.inner", "b: int = 2")
    supply(fake_distribution, "acme-deep", "outer.between.deep", "c: int = 3")
    text = "[outer]\na = 5\n[outer.inner]\nb = 6\n[outer.between]\n[outer.between.deep]\nc = 7\n"
    config = Config.from_str(text)
    check(config, skip=("training", "nlp", "components"))
    assert resolve_section(config, "outer") == SimpleNamespace(
        a=5, inner=SimpleNamespace(b=6), between=SimpleNamespace(deep=SimpleNamespace(c=7))
    )
    # The inner ones alone bring the outer one with its defaults.
    alone = Config.from_str("[outer]\n[outer.inner]\nb = 6\n")
    assert resolve_section(alone, "outer") == SimpleNamespace(a=1, inner=SimpleNamespace(b=6))
    assert resolve_section(alone, "outer.between.deep") == SimpleNamespace(c=3)


def test_sections_in_training_are_settings_of_the_run_at_any_depth(fake_distribution: Fake) -> None:
    supply(fake_distribution, "acme-outer", "training.outer", "a: int = 1")
    supply(fake_distribution, "acme-inner", "training.outer.inner", "b: int = 2")
    supply(fake_distribution, "acme-deep", "training.between.deep", "c: int = 3")
    text = "[training]\n[training.outer]\na = 5\n[training.outer.inner]\nb = 6\n[training.between]\n"
    settings = SimpleNamespace(seed=0)
    add_sections(settings, Config.from_str(text + "[training.between.deep]\nc = 7\n"), "training")
    assert settings == SimpleNamespace(
        seed=0,
        outer=SimpleNamespace(a=5, inner=SimpleNamespace(b=6)),
        between=SimpleNamespace(deep=SimpleNamespace(c=7)),
    )


def test_a_section_cannot_take_the_place_of_a_key(fake_distribution: Fake) -> None:
    supply(fake_distribution, "acme-outer", "outer", "inner: dict = {}")
    supply(fake_distribution, "acme-inner", "outer.inner")
    with pytest.raises(ConfigError, match=r"acme-inner.*'inner' is a key of \[outer\], which acme-outer 1.0"):
        add_defaults(Config.from_str("[outer]\n[outer.inner]\na = 6\n"))


def test_what_stands_around_a_supplied_section_is_not_let_through(fake_distribution: Fake) -> None:
    supply(fake_distribution, "acme-inner", "outer.inner")
    config = Config.from_str("[outer]\nb = 1\n[outer.inner]\na = 6\n[outer.other]\n")
    with pytest.raises(ConfigError) as info:
        check(config, skip=("training", "nlp", "components"))
    assert [(one.path, one.message) for one in info.value.problems] == [
        ("outer.b", "[outer] takes no 'b'"),
        ("outer.other", "[outer] takes no 'other'"),
    ]


@pytest.mark.parametrize(
    ("line", "message"), [("crew = 3", "not a section"), ("crew = ${variables.w}", None)]
)
def test_a_value_is_no_section_but_a_variable_may_bring_one(
    line: str, message: str | None, workers: None, numbers: Box
) -> None:
    file = numbers.path / "config.cfg"
    file.write_text(file.read_text().replace("[training]\n", f"[training]\n{line}\n"))
    brought = '[variables.w]\nname = "x"\n[variables.w.pace]\n@schedules = "constant.v1"\nrate = 1.0'
    section = SECTION.replace("workers = 3\n", "")
    add(numbers, section.replace('[training.crew]\nname = "x"', brought))
    result = numbers.run("train", "config.cfg", "--code", "numeric.py", "--code", "shown.py")
    if message is None:
        assert "workers 2 1.0 x" in result.stdout, result.stderr
    else:
        assert result.exit_code == 2
        assert f"training.crew: {message}" in result.stderr


def test_two_suppliers_of_a_section_are_a_conflict_that_the_config_settles(
    workers: None, fake_distribution: Fake, numbers: Box
) -> None:
    supply(fake_distribution, "other-workers", "training.crew", "name: str = 'other'")
    add(numbers, SECTION.replace('"x"', '"x"\ncount = ${system.workers}'))
    command = ("train", "config.cfg", "--code", "numeric.py", "--code", "shown.py", "-o", "out")
    result = numbers.run(*command)
    assert result.exit_code == 3
    assert result.stderr.count("is claimed by") == 1
    assert "config.cfg:" in result.stderr and "other-workers 1.0" in result.stderr
    assert '[registry.override] "training.crew" = "' in result.stderr
    conflicts = [line for line in numbers.run("plugins", "list").stdout.splitlines() if "conflict" in line]
    assert [line.split()[0] for line in conflicts] == ["acme-workers", "other-workers"]
    file = numbers.path / "config.cfg"
    file.write_text(file.read_text() + '\n[registry.override]\n"training.crew" = "acme-workers"\n')
    result = numbers.run(*command)
    assert result.exit_code == 0, result.stderr
    assert "workers 3 0.5 x" in result.stdout
    meta = json.loads((numbers.path / "out" / "model-last" / "meta.json").read_text())
    assert meta["provenance"]["overrides"] == {"training.crew": "acme-workers"}
    assert meta["provenance"]["names"]["sections"] == {"training.crew": "acme-workers==1.0"}
    saved = Config.from_disk(numbers.path / "out" / "model-last" / "config.cfg")
    assert resolve_section(saved, "training.crew").count == 3


def test_a_package_for_another_kernel_supplies_nothing(fake_distribution: Fake, numbers: Box) -> None:
    supply(fake_distribution, "acme-old", "training.old", requires=["kernel-nlp<0.1"])
    command = ("train", "config.cfg", "--code", "numeric.py")
    assert numbers.run(*command).exit_code == 0
    add(numbers, "\n[training.old]\na = 2\n")
    result = numbers.run(*command)
    assert result.exit_code == 3
    assert "training.old: sections: 'training.old' of acme-old 1.0" in result.stderr
    assert "needs kernel-nlp<0.1" in result.stderr
    assert "acme_old" not in sys.modules


def test_a_broken_section_is_one_problem_and_spoils_no_other(
    workers: None, fake_distribution: Fake, numbers: Box
) -> None:
    fake_distribution(
        "acme-broken",
        entry_points={"kernel_sections": {"broken": "acme_broken:Section"}},
        modules={"acme_broken": "1 / 0\n"},
    )
    add(numbers, SECTION + "\n[broken]\na = 1\n")
    result = numbers.run("debug", "config", "config.cfg", "--code", "numeric.py", "--code", "shown.py")
    assert result.exit_code == 3
    assert result.stdout.count("ZeroDivisionError") == 1
    assert "training.crew" not in result.stdout


def test_commands_know_supplied_sections(workers: None, numbers: Box) -> None:
    add(numbers, SECTION)
    code = ("--code", "numeric.py", "--code", "shown.py")
    result = numbers.run("debug", "config", "config.cfg", "-F", "-V", *code)
    assert result.exit_code == 0, result.stdout
    assert "training.crew: sections training.crew: acme-workers 1.0, acme_workers:Work" in result.stdout
    assert "training.crew.pace: schedules constant.v1: thinc" in result.stdout
    assert "${system.workers} = 3" in result.stdout
    assert numbers.run("init", "fill-config", "config.cfg", "filled.cfg", *code).exit_code == 0
    filled = (numbers.path / "filled.cfg").read_text()
    assert '[training.crew]\nname = "x"\n' in filled and "[training.crew.pace]" in filled
    assert numbers.run("init", "fill-config", "filled.cfg", *code).stdout == filled
    rows = numbers.run("plugins", "requires", "config.cfg", *code).stdout.splitlines()
    assert "acme-workers==1.0" in rows


def test_functions_of_a_sections_defaults_are_required_too(fake_distribution: Fake, numbers: Box) -> None:
    fake_distribution("acme-pace", "2.0", entry_points={"kernel_schedules": {"acme.Pace.v1": "acme_pace:f"}},
                      modules={"acme_pace": "def f(n: int = 1):\n    yield n\n"})  # fmt: skip
    supply(
        fake_distribution,
        "acme-worker",
        "training.worker",
        "defaults = '[training.worker.pace]\\n@schedules = \"acme.Pace.v1\"\\n'\n    pace: float = 1.0\n    a: int = 1",
    )
    add(numbers, "\n[training.worker]\na = 2\n")
    result = numbers.run("plugins", "requires", "config.cfg", "--code", "numeric.py")
    assert result.exit_code == 0, result.stderr
    assert {"acme-pace==2.0", "acme-worker==1.0"} <= set(result.stdout.splitlines())


def test_overrides_reach_a_supplied_section(workers: None, numbers: Box) -> None:
    add(numbers, SECTION)
    command = ("train", "config.cfg", "--code", "numeric.py", "--code", "shown.py")
    result = numbers.run(*command, "--training.crew.name", "seven")
    assert "workers 3 0.5 seven" in result.stdout, result.stderr
    wrong = numbers.run(*command, "--training.crew.names", "seven")
    assert wrong.exit_code == 2 and "Did you mean 'name'?" in wrong.stderr


def test_the_schema_for_editors_has_supplied_sections(fake_distribution: Fake) -> None:
    supply(fake_distribution, "acme-outer", "outer", "a: int = 1")
    supply(fake_distribution, "acme-inner", "outer.inner", "b: int = 2")
    supply(fake_distribution, "acme-alone", "alone.inner.deep", "c: int = 3")
    supply(fake_distribution, "acme-train", "training.extra", "d: int = 4")
    sections = config_schema()["properties"]
    assert [*sections["outer"]["properties"]] == ["a", "inner"]
    assert [*sections["outer"]["properties"]["inner"]["properties"]] == ["b"]
    assert [*sections["alone"]["properties"]["inner"]["properties"]["deep"]["properties"]] == ["c"]
    assert [*sections["training"]["properties"]["extra"]["properties"]] == ["d"]
    assert "optimizer" in sections["training"]["properties"]


def test_the_schema_leaves_out_what_nobody_may_supply(fake_distribution: Fake) -> None:
    supply(fake_distribution, "acme-grab", "training")
    with pytest.warns(UserWarning, match=r"the schema has the section \[training\] without its keys"):
        sections = config_schema()["properties"]
    assert "optimizer" in sections["training"]["properties"]


@pytest.mark.needs("kernel-nlp-languages")
def test_assembling_leaves_supplied_sections_alone_and_checks_the_rest(
    fake_distribution: Fake, box: Box
) -> None:
    supply(fake_distribution, "acme-extra", "initialize.extra")
    supply(fake_distribution, "acme-other", "other")
    box.config(
        """
        [nlp]
        lang = "xx"
        pipeline = []
        [initialize]
        [initialize.extra]
        a = "wrong, but not used"
        [other]
        a = "wrong, too"
        """
    )
    result = box.run("assemble", "config.cfg", "out")
    assert result.exit_code == 0, result.stderr
    meta = json.loads((box.path / "out" / "meta.json").read_text())
    sections = {"initialize.extra": "acme-extra==1.0", "other": "acme-other==1.0"}
    assert meta["provenance"]["names"]["sections"] == sections
    wrong = box.run("assemble", "config.cfg", "out2", "--initialize.vectors", "7")
    assert wrong.exit_code == 2 and "initialize.vectors" in wrong.stderr
    denied = box.run("--deny", "acme-extra", "assemble", "config.cfg", "out2")
    assert denied.exit_code == 2 and "[initialize] takes no 'extra'" in denied.stderr


def test_a_saved_pipeline_predicts_without_the_package_of_a_training_section(
    workers: None, numbers: Box
) -> None:
    add(numbers, SECTION)
    code = ("--code", "numeric.py", "--code", "shown.py")
    assert numbers.run("train", "config.cfg", *code, "-o", "out").exit_code == 0
    result = numbers.run("--deny", "acme-workers", "evaluate", "out/model-last", "dev.txt", *code)
    assert result.exit_code == 0, result.stderr


def test_settings_of_a_section_obey_the_rules_of_its_config(fake_distribution: Fake) -> None:
    supply(fake_distribution, "acme-one", "acme", "a: int = 1")
    supply(fake_distribution, "acme-two", "acme", "a: int = 2")
    config = Config.from_str('[acme]\n[registry]\n[registry.override]\n"acme" = "acme-two"\n')
    assert resolve_section(config, "acme").a == 2
    with pytest.raises(ConfigError, match="claimed by acme-one 1.0 .* and by acme-two 1.0"):
        resolve_section(Config.from_str("[acme]\n"), "acme")


def test_a_section_that_nobody_supplies_is_unknown(fake_distribution: Fake) -> None:
    supply(fake_distribution, "acme-one", "acme")
    with pytest.raises(RegistryError, match=r"no package supplies the section \[acne\]\nDid you mean 'acme'"):
        resolve_section(Config.from_str("[acne]\n"), "acne")
    with (
        rules.command_line(deny=["acme-one"]),
        pytest.raises(RegistryError, match="denied by --deny acme-one"),
    ):
        resolve_section(Config.from_str("[acme]\n"), "acme")


def test_a_section_is_shown_as_it_stands_in_a_config(workers: None, box: Box) -> None:
    rows = " ".join(box.run("registry", "list", "sections").stdout.split())
    assert "sections training.crew acme-workers 1.0" in rows
    assert "acme_workers" not in sys.modules
    shown = box.run("registry", "show", "training.crew").stdout
    assert shown.startswith("training.crew  (sections, from acme-workers 1.0, acme_workers:WorkersSection)")
    text = shown[shown.index("\n[training.crew]") :]
    section = Config.from_str(text + "\n[system]\nworkers = 5\n")
    assert resolve_section(section, "training.crew").count == 5
    assert section["training"]["crew"]["name"] == "w"


@pytest.mark.needs(
    "kernel-nlp-languages", "kernel-nlp-readers", "kernel-nlp-callbacks", "kernel-nlp-batchers"
)
def test_keys_of_a_section_are_shown_with_what_they_are_for(box: Box) -> None:
    shown = box.run("registry", "show", "pretraining").stdout
    assert '# The component whose model is pretrained.\ncomponent = "tok2vec"\n' in shown
    assert "# Share of the features that a step leaves out; may be a schedule.\ndropout = 0.2\n" in shown


LIMIT = """
from collections.abc import Iterable, Mapping
from typing import Annotated, ClassVar
from pydantic import Field, StrictFloat, StrictInt
from kernel.config.schemas import Section

class LimitSection(Section):
    '''What a run may cost.'''
    defaults: ClassVar[str] = '''
[training.limit.price]
@schedules = "constant.v1"
rate = 0.5
'''
    kinds: ClassVar[Mapping[str, str]] = {"price": "schedules", "rate": "schedules"}
    price: Annotated[StrictFloat | StrictInt, Field(gt=0, le=10)] | Iterable[float]
    "What a step costs."
    cents: StrictInt = Field(default=5, ge=1, le=100_000)
    "What there is."
    rate: StrictFloat | StrictInt | None = Field(default=None, ge=0, lt=1)
    "Of the bank."
"""
ASKING = """
import kernel
from kernel.config import resolve_section
@kernel.registry.callbacks("limit.Shown.v1")
def shown():
    class Shown:
        @kernel.hookimpl
        def config_ready(self, config):
            limit = resolve_section(config, "training.limit")
            print("limit", limit.cents, next(iter(limit.price)))
    return Shown()
"""
ASKED = '\n[training.callbacks.shown]\n@callbacks = "limit.Shown.v1"\n'
CODE = ("--code", "numeric.py", "--code", "shown.py")


@pytest.fixture
def limit(fake_distribution: Fake) -> None:
    fake_distribution(
        "acme-limit",
        "0.1.0",
        entry_points={"kernel_sections": {"training.limit": "acme_limit:LimitSection"}},
        modules={"acme_limit": LIMIT},
    )


def ask(numbers: Box, text: str) -> None:
    file = numbers.path / "config.cfg"
    file.write_text(file.read_text() + text)
    (numbers.path / "shown.py").write_text(ASKING)


@pytest.mark.parametrize("header", ["", "\n[training.limit]\n"], ids=["absent", "without keys"])
def test_of_a_section_that_is_absent_or_without_keys_all_defaults_count(
    header: str, limit: None, numbers: Box
) -> None:
    ask(numbers, ASKED + header)
    assert numbers.run("debug", "config", "config.cfg", *CODE).exit_code == 0
    result = numbers.run("train", "config.cfg", *CODE, "-o", "out")
    assert "limit 5 0.5" in result.stdout, result.stderr
    saved = Config.from_disk(numbers.path / "out" / "model-last" / "config.cfg")
    assert ("limit" in saved["training"]) == bool(header)
    if header:
        assert saved["training"]["limit"]["price"] == {"@schedules": "constant.v1", "rate": 0.5}
        assert saved["training"]["limit"]["cents"] == 5


def test_defaults_of_an_absent_section_may_refer_to_others(workers: None) -> None:
    found = resolve_section(Config.from_str("[system]\nworkers = 7\n"), "training.crew")
    assert (found.count, next(iter(found.pace)), found.name) == (7, 0.5, "w")


def test_a_header_without_keys_is_no_section_if_a_key_has_no_default(
    fake_distribution: Fake, numbers: Box
) -> None:
    supply(fake_distribution, "acme-open", "training.open", "a: int")
    supply(fake_distribution, "acme-top", "top", "a: int")
    supply(fake_distribution, "acme-deep", "top.deep", "a: int")
    add(numbers, "\n[training.open]\n\n[top]\n\n[top.deep]\n")
    result = numbers.run("train", "config.cfg", "--code", "numeric.py", "-o", "out")
    assert result.exit_code == 2 and "'a' is missing" in result.stderr  # of [top], which has something in it
    file = numbers.path / "config.cfg"
    file.write_text(file.read_text().replace("[top.deep]\n", ""))
    result = numbers.run("train", "config.cfg", "--code", "numeric.py", "-o", "out")
    assert result.exit_code == 0, result.stderr
    meta = json.loads((numbers.path / "out" / "model-last" / "meta.json").read_text())
    assert "sections" not in meta["provenance"]["names"]
    filled = numbers.run("init", "fill-config", "config.cfg", "--code", "numeric.py").stdout
    assert "[training.open]\n" in filled and "[top]\n" in filled


def test_a_header_without_keys_needs_the_package(numbers: Box, limit: None) -> None:
    ask(numbers, "\n[training.limit]\n")
    assert numbers.run("train", "config.cfg", *CODE).exit_code == 0
    result = numbers.run("--deny", "acme-limit", "train", "config.cfg", *CODE)
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1].strip() == (
        "hint: It is in acme-limit 0.1.0, which is denied by --deny acme-limit."
    )


def test_a_section_that_no_package_supplies_may_be_one_of_a_package(numbers: Box) -> None:
    add(numbers, "\n[training.limitless]\ncents = 3\n\n[farther]\na = 1\n")
    error = numbers.run("train", "config.cfg", "--code", "numeric.py").stderr
    assert "[training] takes no 'limitless'" in error
    assert "hint: If a package supplies this section, install that." in error
    assert "no section [farther]" in error and "If a package supplies it, install that." in " ".join(
        error.split()
    )


def test_a_misspelt_supplied_section_is_recognised(limit: None, numbers: Box) -> None:
    command = ("train", "config.cfg", "--code", "numeric.py")
    near = numbers.run(*command, "--training.limitt.cents", "3")
    assert near.exit_code == 2 and "hint: Did you mean 'limit'?" in near.stderr
    far = numbers.run(*command, "--training.xyzzy.cents", "3")
    assert far.exit_code == 2 and ", optimizer, limit" in " ".join(far.stderr.split())


@pytest.mark.parametrize(
    ("line", "said", "never"),
    [
        ("price = 0", "expected: float or int above 0, up to 10 or Iterable[float] for 'price'", "hint"),
        ("cents = 0", "expected: int from 1 to 100000 for 'cents'", "hint"),
        ("rate = 1", "expected: float or int from 0 to below 1 or null for 'rate'", "hint"),
    ],
)
def test_a_number_out_of_its_range_is_told_the_range(
    line: str, said: str, never: str, limit: None, numbers: Box
) -> None:
    add(numbers, f"\n[training.limit]\n{line}\n")
    result = numbers.run("train", "config.cfg", "--code", "numeric.py")
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())
    assert never not in result.stderr


def test_the_schema_for_editors_takes_what_the_key_of_a_section_takes(limit: None) -> None:
    schema = config_schema()
    limits = schema["properties"]["training"]["properties"]["limit"]["properties"]
    assert [limits[key]["description"] for key in limits] == [
        "What a step costs.",
        "What there is.",
        "Of the bank.",
    ]
    price = limits["price"]["anyOf"]
    assert price[0] == {"$ref": "#/$defs/schedules"}
    assert {"type": "null"} not in price
    written = json.dumps(price)
    assert '"exclusiveMinimum": 0' in written and '"maximum": 10' in written and '"array"' in written
    rate = json.dumps(limits["rate"]["anyOf"])
    assert '"number"' in rate and '"null"' in rate and "schedules" in rate
    training = schema["properties"]["training"]["properties"]
    assert training["patience"]["description"].startswith("Stop after so many steps")
    # What can't be written is left to blocks; nothing says that null may stand here.
    assert {"type": "null"} not in training["optimizer"]["anyOf"]
    callbacks = training["callbacks"]["anyOf"][0]
    assert callbacks["additionalProperties"] == {"$ref": "#/$defs/callbacks"}


@pytest.mark.parametrize("text", ["", "[training.limit]", "[training.limit]\ncents = 3\n"])
def test_the_suite_of_a_section_needs_only_what_its_defaults_leave_open(limit: None, text: str) -> None:
    class TestLimit(SectionSuite):
        name = "training.limit"
        section = text

    suite = TestLimit()
    assert suite.config()["training"]["limit"]["cents"] == (3 if "cents" in text else 5)
    for test in [name for name in dir(suite) if name.startswith("test_")]:
        getattr(suite, test)()


def test_the_suite_says_what_the_defaults_leave_open(fake_distribution: Fake) -> None:
    supply(fake_distribution, "acme-open", "training.open", "a: int")

    class TestOpen(SectionSuite):
        name = "training.open"

    with pytest.raises(ConfigError, match="'a' is missing"):
        TestOpen().test_the_section_is_built()
