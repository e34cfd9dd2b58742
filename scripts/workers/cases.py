"""The runs that are compared: pipelines, data, and what a run leaves."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "scripts" / "kill"), str(ROOT / "plugins-transformers" / "tests")]

import runs
import train as kill_train
from process import run
from subject import KERNEL

from kernel import Config

SHARDS = 4
PIPELINES = ("cnn", "rehearsal", "transformer")
DATA = ("memory", "streamed")
_COMMON = f"""
[corpora.train]
limit = 160
[corpora.train.augmenter]
@augmenters = "kernel.spelling_noise.v1"
level = 0.3
[corpora.dev]
limit = 60
[training]
max_steps = 12
eval_frequency = 4
shards = {SHARDS}
annotating_components = ["ner"]
[training.checkpoint]
every_steps = 2
[training.callbacks.trace]
@callbacks = "kill.Trace.v1"
[training.callbacks.log]
@callbacks = "kernel.JsonlLog.v1"
path = "log.jsonl"
every_step = true
"""
# How far a slow run, or a slow count of labels, is, which is told by the time.
_PROGRESS = re.compile(r"% \[[#.]+\] step \d+ of |counting \S+: [\d,]+ examples, ")
# How long the count took.
_COUNTED = re.compile(r"(?<= examples counted in )[\d:]+$")
# Each process of a run says that it is there, whoever started it.
_PIDS = """
os.makedirs("pids", exist_ok=True)
os.close(os.open(f"pids/{os.getpid()}", os.O_WRONLY | os.O_CREAT))
"""
_CNN = """
[components.textcat.model]
length = 4096
[training.callbacks.averages]
@callbacks = "kernel.Averages.v1"
decay = 0.9
"""
_REHEARSAL = """
[training]
frozen_components = ["textcat"]
[training.callbacks.rehearse]
@callbacks = "kernel.Rehearse.v1"
components = ["ner"]
every = 2
"""
_TRANSFORMER = """
[training.batcher]
size = 300
[training.optimizer.learn_rate]
initial_rate = 0.002
warmup_steps = 2
[training.optimizer]
use_averages = true
"""


@dataclass(frozen=True)
class Case:
    """One run. backend: None for one process."""

    pipeline: str
    data: str
    backend: str | None = None
    count: int = 1

    def __str__(self) -> str:
        return " ".join([self.pipeline, self.data, self.backend or "alone", str(self.count)])

    def words(self, *more: str) -> list[str]:
        """The command, run in a folder beside the configs."""
        team = () if self.backend is None else workers(self.backend, self.count)
        epochs = "-1" if self.data == "streamed" else "0"
        config = f"../{self.pipeline} {self.data}.cfg"
        words = [*KERNEL, "train", config, "-o", "out", "--code", "../code.py"]
        return [*words, f"--training.max_epochs={epochs}", *team, *more]


def workers(backend: str, count: int, **settings: Any) -> list[str]:
    """The words for so many workers."""
    found = {"count": count, "backend": backend, **settings}
    return [f"--training.workers.{name}={value}" for name, value in found.items()]


def write(work: Path, pipelines: Sequence[str] = PIPELINES) -> None:
    """The configs, and what some begin with."""
    trace = runs.CODE.replace('"""Writes', 'only_tells = True\n    """Writes')
    (work / "code.py").write_text(trace + _PIDS, encoding="utf8")
    for name in pipelines:
        config = _transformer(work) if name == "transformer" else _demo(_CNN)
        if name == "rehearsal":
            _make_source(work)
            for part in ("tok2vec", "ner", "textcat"):
                config["components"][part] = {"source": "../source/model-last"}
            config = config.merge(Config.from_str(_REHEARSAL))
        for data in DATA:
            own = config.copy()
            if data == "streamed":
                train = {**own["corpora"]["train"], "@readers": "kernel.StreamedCorpus.v1", "buffer": 1}
                train.pop("limit")
                own["corpora"]["train"] = train
            own.to_disk(work / f"{name} {data}.cfg")


def _demo(more: str) -> Config:
    config = Config.from_disk(ROOT / "configs" / "demo.cfg").merge(Config.from_str(_COMMON + more))
    for part in ("train", "dev"):
        config["paths"][part] = str(ROOT / config["paths"][part])
    return config


def _make_source(work: Path) -> None:
    _demo(_CNN).to_disk(work / "before.cfg")
    (work / "made").mkdir()
    words = [*KERNEL, "train", "../before.cfg", "-o", "../source", "--code", "../code.py"]
    code, said = run([*words, "--training.max_steps=4"], work / "made")
    if code != 0:
        raise RuntimeError(said)


def _transformer(work: Path) -> Config:
    import small

    small.network(work / "bert", "bert of characters")
    words = [*KERNEL, "init", "config", "../made.cfg", "--lang", "en", "--gpu", "--pipeline", "ner,textcat"]
    (work / "init").mkdir()
    code, said = run(words, work / "init")
    if code != 0:
        raise RuntimeError(said)
    config = Config.from_disk(work / "made.cfg").merge(Config.from_str(_COMMON + _TRANSFORMER))
    for part in ("train", "dev"):
        config["paths"][part] = str(ROOT / "configs" / "sample" / f"{part}.jsonl")
    config["components"]["transformer"]["model"]["name"] = str(work / "bert")
    return config


def fresh(folder: Path) -> Path:
    """An empty folder there."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


def outcome(folder: Path, said: str) -> dict[str, Any]:
    """All that a run left and said, but for times and places."""
    found = kill_train.outcome(folder)
    return {**found, "console": [_timeless(line) for line in said.splitlines() if not _PROGRESS.search(line)]}


def _timeless(line: str) -> list[str]:
    """The words of a line, without how long a count took, and the speed, which is the last column of the table."""
    words = _COUNTED.sub("", line).split()
    # After a very short time there is no speed, but the room for it.
    has_speed = line == line.rstrip() and re.match(r"\s*\d+\s+\d+\s+\d", line)
    return words[:-1] if has_speed else words


def every(pipelines: Sequence[str], backends: Sequence[str]) -> Iterator[Case]:
    """Each pipeline with each kind of data: alone first, then with 1, 2, 3 and 4 workers."""
    for pipeline in pipelines:
        for data in DATA:
            yield Case(pipeline, data)
            for backend in backends:
                yield from (Case(pipeline, data, backend, count) for count in range(1, SHARDS + 1))
