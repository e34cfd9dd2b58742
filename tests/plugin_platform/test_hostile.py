"""A folder of hostile packages, installed together: they touch nobody who does not name them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import kernel
from kernel.testing import write_distribution
from kernel.testing.box import Box

SOURCES = {
    "importerror": "import a_module_that_nobody_has\n",
    "exits": "raise SystemExit(0)\n",
    "vanishes": "import os\nos._exit(0)\n",
    "hangs": "import time\ntime.sleep(60)\n",
    "aborts": "import os\nos.abort()\n",
    "junk": "make = object()\n",
    "outdated": "def make(): pass\n",
    "one": "def make(): pass\n",
    "two": "def make(): pass\n",
    "nothing": None,
}
CALLBACKS = {name: f"{name}.C.v1" for name in SOURCES} | {"one": "shared.C.v1", "two": "shared.C.v1"}
# Built-in names among them: a hostile package would like to have those too.
COMMANDS = ("train", "apply", "info")


@pytest.fixture
def hostile(numbers: Box) -> Box:
    """A box whose Python path has all of them."""
    site = numbers.path.parent / "hostile"
    for name, source in SOURCES.items():
        write_distribution(
            site,
            name,
            "6.6",
            requires=["kernel-nlp<0.0.1"] if name == "outdated" else [],
            entry_points={
                "kernel_callbacks": {CALLBACKS[name]: f"hostile_{name}:make"},
                "kernel_factories": {f"{name}_factory": f"hostile_{name}:make"},
                "kernel_languages": {f"{name}_language": f"hostile_{name}:make"},
                "kernel_cli": {f"{name}-command": f"hostile_{name}:make"}
                | {command: f"hostile_{name}:make" for command in COMMANDS},
                "thinc_layers": {f"{name}.L.v1": f"hostile_{name}:make"},
            },
            modules={} if source is None else {f"hostile_{name}": source},
        )
    numbers.env["PYTHONPATH"] = str(site)
    return numbers


@pytest.mark.parametrize(
    "args", [["--help"], ["info"], ["plugins", "list"], ["plugins", "check"], ["registry", "list"]]
)
def test_what_names_none_of_them_works(args: list[str], hostile: Box) -> None:
    result = hostile.run(*args, subprocess=True, timeout=50)
    assert result.exit_code == (1 if args == ["plugins", "check"] else 0), result.stderr
    assert result.stderr == ""


def test_the_listing_tells_them_apart(hostile: Box) -> None:
    rows = json.loads(hostile.run("plugins", "list", "--json", subprocess=True).stdout)
    states = {row["distribution"]: row["state"] for row in rows if row["distribution"] in SOURCES}
    assert states.pop("outdated") == "incompatible"
    # They all claim the built-in commands, which nobody gets.
    assert set(states.values()) == {"conflict"}


@pytest.mark.needs("kernel-nlp-languages")
def test_training_and_applying_work(hostile: Box) -> None:
    train = hostile.run(
        "train", "config.cfg", "--code", "numeric.py", "-o", "out", subprocess=True, timeout=50
    )
    assert train.exit_code == 0, train.stderr
    kernel.blank("xx").to_disk(hostile.path / "model")
    hostile.file("texts.txt", "a b\nc\n")
    apply = hostile.run("apply", "model", "texts.txt", "-", subprocess=True, timeout=50)
    assert apply.exit_code == 0, apply.stderr
    assert len(apply.stdout.splitlines()) == 2


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        (
            "importerror",
            3,
            "'importerror.C.v1' of importerror 6.6 (hostile_importerror:make) can't be imported: Modul",
        ),
        (
            "exits",
            3,
            "'exits.C.v1' of exits 6.6 (hostile_exits:make) can't be imported: it would end this process with sys.exit(0) (",
        ),
        (
            "vanishes",
            3,
            "'vanishes.C.v1' of vanishes 6.6 (hostile_vanishes:make) can't be imported: it would end this process with os._exit(0) (",
        ),
        ("junk", 3, "'junk.C.v1' of junk 6.6 (hostile_junk:make) is of type object, not a function"),
        ("outdated", 3, "'outdated.C.v1' of outdated 6.6 (hostile_outdated:make) needs kernel-nlp<0.0.1"),
        (
            "one",
            3,
            "'shared.C.v1' is claimed by one 6.6 (hostile_one:make) and by two 6.6 (hostile_two:make)",
        ),
        ("nothing", 3, "The package nothing declares a module that it doesn't contain"),
        ("aborts", -6, "hostile_aborts.py"),
    ],
)
def test_a_config_that_names_one_gets_its_name(name: str, code: int, said: str, hostile: Box) -> None:
    block = json.dumps({"@callbacks": CALLBACKS[name]})
    # What ends the process needs one of its own; faulthandler names it.
    alone = name in ("aborts", "vanishes")
    if not alone:
        with hostile.entered():
            from kernel.testing import installed

            with installed(Path(hostile.env["PYTHONPATH"])):
                result = hostile.run(
                    "train", "config.cfg", "--code", "numeric.py", "--training.callbacks.x", block
                )
    else:
        words = ["train", "config.cfg", "--code", "numeric.py", "--training.callbacks.x", block]
        result = hostile.run(*words, subprocess=True, timeout=50)
    assert result.exit_code == code, result.stderr
    assert said in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.slow
def test_a_hang_has_a_name(hostile: Box) -> None:
    import os
    import signal
    import subprocess
    import sys

    block = json.dumps({"@callbacks": CALLBACKS["hangs"]})
    command = [sys.executable, "-m", "kernel", "train", "config.cfg", "--code", "numeric.py"]
    process = subprocess.Popen(
        [*command, "--training.callbacks.x", block],
        cwd=hostile.path,
        env=hostile.env,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stderr is not None
        assert process.stderr.readline() == "importing hostile_hangs from hangs 6.6\n"
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(20) == 130
    finally:
        process.kill()
        process.communicate()
