"""How much faster a run is with two workers: seconds of the clock a step, against one process with one shard.

    python benchmarks/workers.py [--train FILE] [--dev FILE] [--words 4000] [--steps 60] [--rounds 5] [--backend local] [--backend ray]

Whole commands, alternately, each with one BLAS thread a process. It wants a machine that does nothing else, with a core for each worker.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from kernel import Config

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "configs" / "sample"
# Steps that are not timed: the first ones fill caches.
WARM = 10
CLOCK = '''
import json
import time
from pathlib import Path

import kernel


class Clock:
    """Writes the time of each step."""

    only_tells = True

    def __init__(self, path):
        self.path, self.times = Path(path), []

    @kernel.hookimpl
    def step_end(self, run, info):
        self.times.append(time.perf_counter())

    @kernel.hookimpl
    def train_end(self, run, reason):
        self.path.write_text(json.dumps(self.times))


@kernel.registry.callbacks("benchmark.Clock.v1")
def clock(path: str = "times.json"):
    return Clock(path)
'''
MORE = """
[training.batcher]
@batchers = "kernel.batch_by_words.v1"
size = {words}
tolerance = 0.2
discard_oversize = false
[training.callbacks.clock]
@callbacks = "benchmark.Clock.v1"
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--train", type=Path, default=SAMPLE / "train.jsonl")
    parser.add_argument("--dev", type=Path, default=SAMPLE / "dev.jsonl")
    parser.add_argument("--words", type=int, default=4000, help="of a batch")
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--backend", action="append", choices=["local", "ray"])
    arguments = parser.parse_args()
    backends = arguments.backend or ["local"]
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in ["alone", *backends]}
    with TemporaryDirectory() as name:
        work = Path(name)
        (work / "clock.py").write_text(CLOCK, encoding="utf8")
        config = Config().from_disk(ROOT / "benchmarks" / "configs" / "ner.cfg", interpolate=False)
        config = config.merge(Config().from_str(MORE.format(words=arguments.words), interpolate=False))
        config["paths"] = {"train": str(arguments.train.resolve()), "dev": str(arguments.dev.resolve())}
        config["training"].update(max_steps=arguments.steps, eval_frequency=arguments.steps)
        config.to_disk(work / "run.cfg")
        for _ in range(arguments.rounds):
            for each, times in found.items():
                times.append(_timed(work, each))
                print(f"{each}: {times[-1][0] * 1e3:.1f} ms a step, {times[-1][1]:.1f} s in all", flush=True)
    base = statistics.median(step for step, _ in found["alone"])
    for each, times in found.items():
        ratios = [one[0] / two[0] for one, two in zip(found["alone"], times, strict=True)]
        step, whole = (statistics.median(values) for values in zip(*times, strict=True))
        print(
            f"{each}: {step * 1e3:.1f} ms a step, {base / step:.2f} ({min(ratios):.2f} to {max(ratios):.2f}); {whole:.1f} s in all"
        )
    return 0


def _timed(work: Path, name: str) -> tuple[float, float]:
    """Seconds of a step, the median; and of the whole command."""
    shutil.rmtree(work / name, ignore_errors=True)
    words = [sys.executable, "-m", "kernel", "train", "run.cfg", "-o", name, "--code", "clock.py"]
    if name == "alone":
        words.append("--training.shards=1")
    else:
        words += ["--training.shards=2", "--training.workers.count=2", f"--training.workers.backend={name}"]
    begin = perf_counter()
    threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        words, check=False, cwd=work, env={**os.environ, **threads}, capture_output=True, text=True
    )
    whole = perf_counter() - begin
    if done.returncode != 0:
        raise SystemExit(done.stdout + done.stderr)
    times = json.loads((work / "times.json").read_text(encoding="utf8"))
    gaps = [late - early for early, late in zip(times[WARM:], times[WARM + 1 :], strict=False)]
    return statistics.fmean(gaps), whole


if __name__ == "__main__":
    sys.exit(main())
