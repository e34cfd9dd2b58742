"""A run is not resumed under other circumstances, unless their names are allowed: seed, data, packages, code, settings."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kernel.testing import Box, installed, write_distribution
from kernel.testing.box import Result

PACKAGE = '''
"""Points in files, and what trains on them."""

from pathlib import Path
from typing import Any

from thinc.api import Linear

from acme_points_help import SIZE


def points(path: Path):
    def read(pipeline):
        for line in path.read_text().splitlines():
            yield tuple(map(float, line.split()))

    return read


def line():
    return Linear(1, 1)


def batches():
    def cut(examples):
        batch = []
        for example in examples:
            batch.append(example)
            if len(batch) == SIZE:
                yield batch
                batch = []

    return cut
'''

# The process ends as if it was killed, in the one run that is told to.
CODE = """
import os

from kernel import hookimpl, registry


class Killed:
    @hookimpl
    def step_end(self, run):
        if str(run.step) == os.environ.get("KILL_AT"):
            os._exit(9)


@registry.callbacks("test.Killed.v1")
def killed():
    return Killed()
"""

CONFIG = """
[paths]
train = "train.txt"
[nlp]
lang = "toy"
[components]
[components.line]
@architectures = "acme.Line.v1"
[corpora]
[corpora.train]
@readers = "acme.Points.v1"
path = ${paths.train}
[corpora.dev]
@readers = "acme.Points.v1"
path = "dev.txt"
[training]
max_steps = 10
eval_frequency = 2
patience = 0
logger = null
[training.checkpoint]
every_steps = 2
[training.callbacks]
[training.callbacks.killed]
@callbacks = "test.Killed.v1"
[training.batcher]
@batchers = "acme.Batches.v1"
[training.optimizer]
@optimizers = "Adam.v1"
learn_rate = 0.05
use_averages = false
"""

Train = Callable[..., Result]


def write_package(folder: Path, version: str, size: int = 4) -> Path:
    """A package whose code is the same in every version, but for the size of its batches."""
    write_distribution(
        folder,
        "acme-points",
        version,
        entry_points={
            "kernel_languages": {"toy": "kernel.testing.toy:ToyPipeline"},
            "kernel_readers": {"acme.Points.v1": "acme_points:points"},
            "kernel_architectures": {"acme.Line.v1": "acme_points:line"},
            "kernel_batchers": {"acme.Batches.v1": "acme_points:batches"},
            "kernel_misc": {"acme.size.v1": "acme_points_help:size"},
        },
        modules={
            "acme_points": PACKAGE,
            "acme_points_help": f"SIZE = {size}\n\n\ndef size():\n    return SIZE\n",
        },
    )
    return folder


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that was killed after its fifth step, with the package that it used."""
    box = Box(tmp_path_factory.mktemp("killed"))
    box.config(CONFIG)
    box.code(CODE)
    for name in ("train.txt", "dev.txt"):
        box.file(name, "".join(f"{x / 8} {x / 4 + 1}\n" for x in range(16)))
    package = write_package(box.path / "package", "1.0")
    box.env.update(PYTHONPATH=str(package), KILL_AT="5")
    done = box.run("train", "config.cfg", "-o", "out", "--code", "functions.py", subprocess=True)
    assert done.exit_code == 9, done.stderr
    return box.path


@pytest.fixture
def box(killed: Path, tmp_path: Path) -> Box:
    """A copy of that folder, without the package."""
    shutil.copytree(killed, tmp_path / "box", ignore=shutil.ignore_patterns("package"))
    return Box(tmp_path / "box")


@pytest.fixture
def resume(box: Box, killed: Path) -> Train:
    def run(*words: str, package: Path | None = None) -> Result:
        with installed(package or killed / "package"):
            return box.run("train", "config.cfg", "-o", "out", "--resume", "--code", "functions.py", *words)

    return run


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


def steps(box: Box) -> list[int]:
    rows = map(json.loads, (box.path / "out" / "history.jsonl").read_text().splitlines())
    return [row["step"] for row in rows if "step" in row]


def test_nothing_has_changed_and_the_run_goes_on(box: Box, resume: Train) -> None:
    done = resume()
    assert done.exit_code == 0, done.stderr
    assert steps(box) == list(range(1, 11))


@pytest.mark.needs("kernel-nlp-runs")
def test_a_run_that_was_killed_is_listed_as_stopped_until_it_has_ended(box: Box, resume: Train) -> None:
    def listed() -> dict[str, Any]:
        return json.loads(box.run("runs", "list", "out", "--json").stdout)[0]

    assert (listed()["state"], listed()["seed"]) == ("stopped", 0)
    assert resume().exit_code == 0
    assert (listed()["state"], listed()["step"]) == ("ended: max_steps = 10 reached", 10)


def edit_seed(box: Box) -> list[str]:
    return ["--training.seed", "1"]


def edit_setting(box: Box) -> list[str]:
    return ["--training.max_steps", "14"]


def edit_data(box: Box) -> list[str]:
    box.file("train.txt", (box.path / "train.txt").read_text().replace("0.125 1.25", "0.125 1.5"))
    return []


def edit_path(box: Box) -> list[str]:
    shutil.copy(box.path / "train.txt", box.path / "same.txt")
    return ["--paths.train", "same.txt"]


def edit_code(box: Box) -> list[str]:
    box.code(CODE + "\n# another comment\n")
    return []


@pytest.mark.parametrize(
    ("edit", "name", "shown", "also"),
    [
        (edit_seed, "seed", "seed: 0, now 1", "seed"),
        (edit_setting, "training.max_steps", "training.max_steps: 10, now 14", "config"),
        (edit_data, "data:corpora.train", "data:corpora.train (train.txt changed): sha256 ", "data"),
        (edit_path, "corpora.train.path", "corpora.train.path: train.txt, now same.txt", "corpora"),
        (edit_code, "code:functions.py", "code:functions.py: sha256 ", "code"),
    ],
)
def test_a_change_is_refused_with_its_name_and_allowed_by_it(
    box: Box, resume: Train, edit: Callable[[Box], list[str]], name: str, shown: str, also: str
) -> None:
    words = edit(box)
    before = contents(box.path / "out")
    refused = resume(*words)
    assert refused.exit_code == 2
    assert f"  {shown}" in refused.stderr
    assert f"--allow-drift {name}" in refused.stderr
    assert contents(box.path / "out") == before
    # That of another kind allows nothing.
    other = resume(*words, "--allow-drift", "platform")
    assert other.exit_code == 2
    assert contents(box.path / "out") == before
    kept = contents(box.path / "out")
    for word in dict.fromkeys([name, also]):
        shutil.rmtree(box.path / "out")
        for file, content in kept.items():
            (box.path / "out" / file).parent.mkdir(parents=True, exist_ok=True)
            (box.path / "out" / file).write_bytes(content)
        allowed = resume(*words, "--allow-drift", word)
        assert allowed.exit_code == 0, allowed.stderr
        assert steps(box) == list(range(1, 15 if edit is edit_setting else 11))
        # The record says what the run went by in the end, so that the next one compares with that.
        again = resume(*words)
        assert again.exit_code == 0, again.stderr


@pytest.mark.parametrize(
    ("version", "size", "name", "shown"),
    [
        ("1.1", 4, "versions:acme-points", "versions:acme-points: 1.0, now 1.1"),
        (
            "1.0",
            5,
            "code:acme-points",
            "code:acme-points (acme_points_help.py changed): sha256 ",
        ),
    ],
)
def test_another_version_of_a_plugin_and_edited_code_of_one_are_refused(
    box: Box, resume: Train, tmp_path: Path, version: str, size: int, name: str, shown: str
) -> None:
    package = write_package(tmp_path / "other", version, size)
    refused = resume(package=package)
    assert refused.exit_code == 2
    assert f"  {shown}" in refused.stderr
    allowed = resume("--allow-drift", name, package=package)
    assert allowed.exit_code == 0, allowed.stderr
    assert steps(box) == list(range(1, 11))


def test_everything_that_has_changed_is_in_one_list_most_suspicious_first(
    box: Box, resume: Train, tmp_path: Path
) -> None:
    words = [word for edit in (edit_code, edit_data, edit_setting, edit_seed) for word in edit(box)]
    package = write_package(tmp_path / "other", "1.1")
    refused = resume(*words, package=package)
    assert refused.exit_code == 2
    named = [
        re.split(r": | \(", line.strip())[0] for line in refused.stderr.splitlines() if line.startswith("  ")
    ]
    names = ["seed", "data:corpora.train", "training.max_steps", "code:functions.py", "versions:acme-points"]
    assert [name for name in named if name in names] == names
    some = resume(*words, "--allow-drift", "seed", "--allow-drift", "config", package=package)
    assert some.exit_code == 2
    assert "  seed: " not in some.stderr
    assert "  data:corpora.train (train.txt changed): " in some.stderr
    every = [word for name in names for word in ("--allow-drift", name)]
    done = resume(*words, *every, package=package)
    assert done.exit_code == 0, done.stderr
    assert steps(box) == list(range(1, 15))


def test_a_word_that_means_nothing_is_refused(box: Box, resume: Train) -> None:
    before = contents(box.path / "out")
    done = resume("--allow-drift", "sead")
    assert done.exit_code == 2
    assert "Did you mean seed?" in done.stderr
    assert contents(box.path / "out") == before
