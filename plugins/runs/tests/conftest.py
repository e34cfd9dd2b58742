"""Fixtures: runs of a line through points, and outputs that are written by hand."""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from threadpoolctl import threadpool_limits

# Its threads can be limited once it is imported.
import numpy  # noqa: F401  # isort: skip

from kernel.testing import Box, installed, write_distribution
from kernel.testing.plugin import box

__all__ = ["box"]

MODULE = '''
"""Points in files, and what trains on them."""

from pathlib import Path

from thinc.api import Linear


def points(path: Path):
    def read(pipeline):
        for line in path.read_text().splitlines():
            x, y = map(float, line.split())
            yield x, y

    return read


def line():
    return Linear(1, 1)


def fours():
    def cut(examples):
        batch = []
        for example in examples:
            batch.append(example)
            if len(batch) == 4:
                yield batch
                batch = []

    return cut
'''

POINTS = {
    "kernel_languages": {"toy": "kernel.testing.toy:ToyPipeline"},
    "kernel_readers": {"acme.Points.v1": "acme_points:points"},
    "kernel_architectures": {"acme.Line.v1": "acme_points:line"},
    "kernel_batchers": {"acme.Fours.v1": "acme_points:fours"},
}

CONFIG = """
[nlp]
lang = "toy"
[components]
[components.line]
@architectures = "acme.Line.v1"
[corpora]
[corpora.train]
@readers = "acme.Points.v1"
path = "train.txt"
[corpora.dev]
@readers = "acme.Points.v1"
path = "dev.txt"
[training]
max_steps = 8
eval_frequency = 4
patience = 0
logger = null
[training.callbacks]
[training.batcher]
@batchers = "acme.Fours.v1"
[training.optimizer]
@optimizers = "Adam.v1"
learn_rate = 0.05
use_averages = false
"""


@pytest.fixture
def train(box: Box) -> Callable[..., None]:
    """`train("out", "--training.seed", "1", version="1.1", threads=2)`. version: of the package of the points."""
    box.config(CONFIG)
    for name in ("train.txt", "dev.txt"):
        box.file(name, "".join(f"{x / 8} {x / 4 + 1}\n" for x in range(16)))

    def run(output: str, *overrides: str, version: str = "1.0", threads: int = 1) -> None:
        folder = box.path / f"acme-{version}"
        if not folder.exists():
            write_distribution(
                folder, "acme-points", version, entry_points=POINTS, modules={"acme_points": MODULE}
            )
        with installed(folder), threadpool_limits(threads):
            done = box.run("train", "config.cfg", "--output", output, *overrides)
        assert done.exit_code == 0, done.stderr

    return run


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Writes an output: `write("a", {"seed": 1}, [{"step": 1, "losses": {"ner": 2.0}}])`. The current directory is a new one."""
    monkeypatch.chdir(tmp_path)

    def put(name: str, manifest: Mapping[str, Any], history: Sequence[Mapping[str, Any]] = ()) -> Path:
        folder = tmp_path / name
        folder.mkdir(parents=True)
        (folder / "run.json").write_text(json.dumps(manifest))
        (folder / "history.jsonl").write_text("".join(json.dumps(row) + os.linesep for row in history))
        return folder

    return put
