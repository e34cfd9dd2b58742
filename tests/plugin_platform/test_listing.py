"""The listing of packages, its checks and pins, and the other commands that tell of plugins."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from kernel import Config
from kernel.discovery import scan
from kernel.registries.family import registry
from kernel.testing import write_distribution
from kernel.testing.box import Box

Fake = Callable[..., Path]


@pytest.fixture
def acme(fake_distribution: Fake) -> None:
    fake_distribution(
        "acme-nlp",
        "1.2.0",
        requires=["kernel-nlp>=0.1,<0.2", "thinc"],
        entry_points={
            "kernel_misc": {"acme-nlp.B.v1": "acme_poison:b", "acme-nlp.A.v1": "acme_poison:a"},
            "kernel_factories": {"gazetteer": "acme_poison:make"},
            "kernel_cli": {"gaze": "acme_poison:command"},
        },
        modules={"acme_poison": "raise SystemExit\n"},
    )


def test_the_json_of_the_listing(acme: None, box: Box) -> None:
    rows = json.loads(box.run("plugins", "list", "--json").stdout)
    assert [row for row in rows if row["distribution"] == "acme-nlp"] == [
        {
            "distribution": "acme-nlp",
            "version": "1.2.0",
            "kernel": ">=0.1,<0.2",
            "provides": {
                "cli": ["gaze"],
                "factories": ["gazetteer"],
                "misc": ["acme-nlp.A.v1", "acme-nlp.B.v1"],
            },
            "state": "ok",
            "reason": "",
        }
    ]
    assert [row["distribution"] for row in rows] == sorted(row["distribution"] for row in rows)
    assert "acme_poison" not in sys.modules


def test_the_table_of_the_listing(acme: None, box: Box) -> None:
    header, *rows = box.run("plugins", "list").stdout.splitlines()
    assert header.split() == ["distribution", "version", "kernel", "provides", "state"]
    (row,) = [row for row in rows if row.startswith("acme-nlp")]
    assert " ".join(row.split()) == "acme-nlp 1.2.0 >=0.1,<0.2 ok 1 command, 1 factory, 2 misc ok"


def test_plugins_show(acme: None, box: Box) -> None:
    text = box.run("plugins", "show", "Acme_NLP").stdout
    assert "requires: thinc" in text and "acme_poison:make" in text
    facts = json.loads(box.run("plugins", "show", "acme-nlp", "--json").stdout)
    assert facts["requires"] == ["kernel-nlp>=0.1,<0.2", "thinc"]
    assert facts["entry_points"][0] == {
        "group": "kernel_cli",
        "name": "gaze",
        "target": "acme_poison:command",
    }
    unknown = box.run("plugins", "show", "acme-npl")
    assert (unknown.exit_code, "Did you mean 'acme-nlp'?" in unknown.stderr) == (2, True)
    assert "provides nothing for kernel" in box.run("plugins", "show", "numpy").stderr


HOSTS = {
    "fine": 'def make(width: int) -> int:\n    """A number."""\n    return width\n',
    "bare": "import numpy\ndef make(width): return width\n",
    "missing": "import slack_sdk_x\n",
    "abort": "import os\nos.abort()\n",
    "leave": "import os\nos._exit(0)\n",
    "hang": "import time\ntime.sleep(60)\n",
    "junk": "make = 5\n",
    "exits": "raise SystemExit(0)\n",
}


@pytest.mark.slow
def test_each_target_is_imported_in_a_process_of_its_own(fake_distribution: Fake, box: Box) -> None:
    fake_distribution(
        "acme-nlp",
        requires=["kernel-nlp>=0.1,<0.2", 'slack-sdk-x; extra == "slack"'],
        entry_points={"kernel_misc": {f"acme-nlp.{name}.v1": f"acme_hosts.{name}:make" for name in HOSTS}},
        modules={
            "acme_hosts.__init__": "",
            **{f"acme_hosts.{name}": source for name, source in HOSTS.items()},
        },
    )
    result = box.run("plugins", "check", "acme-nlp", "--import", "--timeout", "5", "--json")
    assert result.exit_code == 1
    (report,) = json.loads(result.stdout)
    found: dict[str, list[tuple[str, str]]] = {}
    for finding in report["findings"]:
        found.setdefault(finding["name"].split(".")[1] if finding["name"] else "", []).append(
            (finding["level"], finding["text"])
        )
    (fine,) = found["fine"]
    assert fine[0] == "ok" and fine[1].startswith("acme_hosts.fine:make  0.")
    assert [level for level, _ in found["bare"]] == ["ok", "warn", "warn"]
    assert found["bare"][0][1].endswith("imports: numpy")
    assert "no docstring" in found["bare"][1][1] and "'width' has no annotation" in found["bare"][2][1]
    said = {name: entries[0][1] for name, entries in found.items() if entries[0][0] == "FAIL"}
    assert said.keys() == HOSTS.keys() - {"fine", "bare"}
    assert said["missing"].endswith(
        "ModuleNotFoundError: No module named 'slack_sdk_x'; pip install 'acme-nlp[slack]'"
    )
    assert "SIGABRT" in said["abort"] and "abort.py:2" in said["abort"]
    assert "ended the process with exit code 0" in said["leave"]
    assert "not imported after 5 s" in said["hang"]
    assert "of type int, not a function" in said["junk"]
    assert "SystemExit: 0" in said["exits"]


def test_a_target_is_checked_for_every_kind_that_it_is_registered_as(
    fake_distribution: Fake, box: Box
) -> None:
    fake_distribution(
        "acme-nlp",
        requires=["kernel-nlp<0.2"],
        entry_points={
            "kernel_misc": {"acme-nlp.F.v1": "acme_one:make"},
            "kernel_cli": {"acme": "acme_one:make"},
        },
        modules={"acme_one": HOSTS["fine"]},
    )
    result = box.run("plugins", "check", "acme-nlp", "--import")
    assert result.exit_code == 1
    assert "ok    misc  acme-nlp.F.v1" in result.stdout
    assert "of type function, not a click command" in result.stdout
    assert result.stdout.endswith("1 failed\n")


@pytest.mark.parametrize(
    ("requires", "warning"),
    [
        ([], "does not require kernel-nlp"),
        (["kernel-nlp>=0.1"], "kernel-nlp>=0.1 has no upper bound"),
        (["kernel-nlp~=0.1.0"], None),
        (["kernel-nlp<1"], None),
    ],
)
def test_the_range_should_be_bounded(
    requires: list[str], warning: str | None, fake_distribution: Fake, box: Box
) -> None:
    fake_distribution(
        "acme-nlp", requires=requires, entry_points={"kernel_misc": {"acme-nlp.F.v1": "acme:f"}}
    )
    result = box.run("plugins", "check", "acme-nlp")
    assert result.exit_code == 0
    assert warning in result.stdout if warning else "warn" not in result.stdout


@pytest.mark.parametrize(
    ("group", "near"),
    [("kernel_reader", "kernel_readers"), ("kernel_Layers", "kernel_layers"), ("kernel_clis", "kernel_cli")],
)
def test_a_misspelled_group_is_noticed(group: str, near: str, fake_distribution: Fake, box: Box) -> None:
    requires = ["kernel-nlp~=0.1.0"]
    fake_distribution("acme-nlp", requires=requires, entry_points={group: {"acme-nlp.F.v1": "acme:f"}})
    output = box.run("plugins", "check", "acme-nlp").stdout
    assert f"the group {group} is not a registry of kernel; did you mean {near}?" in output


def test_a_group_of_ones_own_is_no_mistake(fake_distribution: Fake, box: Box) -> None:
    requires = ["kernel-nlp~=0.1.0"]
    fake_distribution(
        "acme-nlp", requires=requires, entry_points={"kernel_rewards": {"acme-nlp.F.v1": "acme:f"}}
    )
    assert "warn" not in box.run("plugins", "check", "acme-nlp").stdout


def test_our_own_packages_pass_the_check(box: Box) -> None:
    result = box.run("plugins", "check")
    assert result.exit_code == 0
    assert "warn" not in result.stdout


def test_requires_pins_what_a_config_names(numbers: Box, fake_distribution: Fake) -> None:
    for name, version in (("acme-nlp", "1.2"), ("unused", "3.0")):
        fake_distribution(
            name,
            version,
            entry_points={"kernel_callbacks": {f"{name}.C.v1": "acme_calls:make"}},
            modules={"acme_calls": "def make(): pass\n"},
        )
    block = '{"@callbacks": "acme-nlp.C.v1"}'
    result = numbers.run(
        "plugins", "requires", "config.cfg", "--code", "numeric.py", "--training.callbacks.x", block
    )
    assert result.exit_code == 0, result.stderr
    lines = result.stdout.splitlines()
    assert [line for line in lines if line[0] != "#"] == [
        "acme-nlp==1.2",
        f"kernel-nlp=={scan.installed_version('kernel-nlp')}",
        f"thinc=={scan.installed_version('thinc')}",
    ]
    assert any("numbers.Rows.v1 is in no package" in line and "numeric.py" in line for line in lines)


@pytest.mark.slow
def test_the_pins_make_the_config_resolve_elsewhere(
    tmp_path: Path, fake_distribution: Fake, box: Box
) -> None:
    entry_points = {"kernel_misc": {"acme-nlp.F.v1": "acme_elsewhere:make"}}
    modules = {"acme_elsewhere": "def make(n: int = 7): return n\n"}
    fake_distribution("acme-nlp", "1.2", entry_points=entry_points, modules=modules)
    # Two versions to choose from; ours and its dependencies are there already, through a .pth file.
    for version in ("1.2", "1.3"):
        wheel(tmp_path / "house", version, entry_points, modules)
    numbers = Config.from_str("[nlp]\nlang = numbers\n[variables]\n[variables.x]\n@misc = acme-nlp.F.v1\n")
    numbers.to_disk(box.path / "config.cfg")
    box.code(
        "from kernel import registry\nfrom kernel.training.protocols import BasePipeline\n"
        "@registry.languages('numbers')\nclass Numbers(BasePipeline):\n    score_weights = {}\n"
        "    fill_config = from_config = lambda config: config\n"
        "    initialize = update = evaluate = to_disk = lambda self, *args, **settings: {}\n"
    )
    pinned = box.run("plugins", "requires", "config.cfg", "--code", "functions.py")
    assert pinned.exit_code == 0, pinned.stderr
    box.file("requirements.txt", pinned.stdout)
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / "bin" / "python"
    site = next((tmp_path / "env").rglob("site-packages"))
    (site / "ours.pth").write_text("\n".join(path for path in sys.path if path and Path(path).is_dir()))
    install = [
        python,
        "-m",
        "pip",
        "install",
        "-q",
        "--no-index",
        "--no-deps",
        "--find-links",
        tmp_path / "house",
    ]
    subprocess.run([*install, "-r", box.path / "requirements.txt"], check=True)
    code = "from kernel import registry; from kernel.discovery import scan; print(registry.get('misc', 'acme-nlp.F.v1')(), scan.installed_version('acme-nlp'))"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True, env={})
    assert done.stdout == "7 1.2\n"


def wheel(
    house: Path, version: str, entry_points: dict[str, dict[str, str]], modules: dict[str, str]
) -> None:
    """Write a wheel of acme-nlp."""
    folder = house / version
    write_distribution(folder, "acme-nlp", version, entry_points=entry_points, modules=modules)
    info = folder / f"acme_nlp-{version}.dist-info"
    (info / "WHEEL").write_text(
        "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    )
    files = [file for file in sorted(folder.rglob("*")) if file.is_file()]
    names = [file.relative_to(folder).as_posix() for file in files]
    record = f"{info.name}/RECORD"
    with zipfile.ZipFile(house / f"acme_nlp-{version}-py3-none-any.whl", "w") as archive:
        for file, name in zip(files, names, strict=True):
            archive.write(file, name)
        archive.writestr(record, "".join(f"{name},,\n" for name in [*names, record]))


def test_registry_list_of_one_kind(acme: None, box: Box) -> None:
    listed = [line.split() for line in box.run("registry", "list", "misc").stdout.splitlines()]
    assert {kind for kind, *_ in listed} == {"misc"}
    assert [line for line in listed if "acme-nlp" in line] == [
        ["misc", "acme-nlp.A.v1", "acme-nlp", "1.2.0"],
        ["misc", "acme-nlp.B.v1", "acme-nlp", "1.2.0"],
    ]
    unknown = box.run("registry", "list", "reader")
    assert (unknown.exit_code, "Did you mean 'readers'?" in unknown.stderr) == (2, True)


SHOWN = '''
from kernel import registry

@registry.architectures("acme.Net.v1")
def build(size: int, inner: dict, width: int = 3, *, rate: float = 0.5, names: list[str] = ["a"]) -> int:
    """Build it.

    size: of it.
    """
'''


def test_registry_show(box: Box) -> None:
    box.code(SHOWN)
    text = box.run("registry", "show", "acme.Net.v1", "--code", "functions.py").stdout
    assert text.startswith("acme.Net.v1  (architectures, from ")
    assert "functions.py:4" in text
    assert "build(\n    size: int," in text and "Build it.\n\nsize: of it." in text
    block = text[text.index("[components") :].replace("# size = (int, required)", "size = 1")
    config = Config.from_str(block.replace("NAME", "it").replace("# inner = (dict, required)", "inner = {}"))
    assert config["components"]["it"]["model"] == {
        "@architectures": "acme.Net.v1",
        "size": 1,
        "inner": {},
        "width": 3,
        "rate": 0.5,
        "names": ["a"],
    }


def test_registry_show_of_a_name_in_two_registries(box: Box) -> None:
    with registry.restored():
        registry.misc("acme.Both.v1", func=len)
        registry.scorers("acme.Both.v1", func=len)
        text = box.run("registry", "show", "acme.Both.v1").stdout
        assert "(misc, from" in text and "(scorers, from" in text
        assert "(misc" not in box.run("registry", "show", "acme.Both.v1", "--kind", "scorers").stdout
    unknown = box.run("registry", "show", "Adm.v1")
    assert (unknown.exit_code, "Did you mean 'Adam.v1'?" in unknown.stderr) == (2, True)


def test_commands_of_packages(fake_distribution: Fake, box: Box) -> None:
    source = "import click\n@click.command()\ndef hello():\n    click.echo('hello')\n"
    fake_distribution(
        "acme-nlp",
        "1.2",
        entry_points={
            "kernel_cli": {"hello": "acme_cli:hello", "train": "acme_cli:hello", "bad": "acme_bad:c"}
        },
        modules={"acme_cli": source, "acme_bad": "raise SystemExit(7)\n"},
    )
    fake_distribution(
        "old", requires=["kernel-nlp<0.1"], entry_points={"kernel_cli": {"old": "acme_cli:hello"}}
    )
    help = " ".join(box.run("--help").stdout.split())
    assert "hello (from acme-nlp 1.2)" in help and "Train a pipeline from a config." in help
    assert box.run("hello").stdout == "hello\n"
    bad = box.run("bad")
    assert (bad.exit_code, "command: 'bad' of acme-nlp 1.2 (acme_bad:c) can't be imported" in bad.stderr) == (
        3,
        True,
    )
    assert box.run("old").exit_code == 3


@pytest.mark.needs("kernel-nlp-readers")
def test_requires_takes_a_saved_pipeline(box: Box, tmp_path: Path) -> None:
    from kernel.language import Language

    Language().to_disk(tmp_path / "saved")
    result = box.run("plugins", "requires", tmp_path / "saved")
    assert result.exit_code == 0, result.stderr
    assert f"kernel-nlp=={scan.installed_version('kernel-nlp')}" in result.stdout


def test_an_installed_command_is_no_function(fake_distribution: Fake, box: Box) -> None:
    fake_distribution("acme-tools", "2.0", entry_points={"kernel_cli": {"acme-count": "acme_count:command"}})
    result = box.run("registry", "show", "acme-count")
    assert result.exit_code == 2
    assert "'acme-count' is a command of acme-tools 2.0, not a function for configs" in result.stderr
