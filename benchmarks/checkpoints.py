"""How long training stands still for checkpoints, and how large they are.

`python benchmarks/checkpoints.py [--steps 600] [--every 200]`: the pipeline of `configs/demo.cfg`, and the same with tables of
30 million weights, each trained with a checkpoint every so many steps. What counts is the time in which no step is
taken because of a checkpoint: copying the state, and waiting for an earlier one to be written. The time between is also
compared with a run without checkpoints, because the thread that writes takes a share of the machine.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from time import perf_counter
from typing import Any

from kernel import Config
from kernel.training.loop import train
from kernel.training.prepare import prepare
from kernel.training.record import Record

ROOT = Path(__file__).resolve().parents[1]
LARGE = """
[components.tok2vec.model.embed]
rows = [60000, 20000, 20000, 17000]
[components.tok2vec.model.encode]
width = 256
"""


@dataclass
class Found:
    """One run. seconds: of its training. still: of them, in which it stood still for checkpoints. size: of one, in bytes."""

    seconds: float
    still: float
    number: int
    size: int
    weights: int


@contextmanager
def stopwatch(name: str, times: list[float]) -> Iterator[None]:
    """Time the calls of a method of `Record` during a block."""
    method = getattr(Record, name)

    def timed(self: Record, *args: Any, **keywords: Any) -> Any:
        begun = perf_counter()
        try:
            return method(self, *args, **keywords)
        finally:
            times.append(perf_counter() - begun)

    setattr(Record, name, timed)
    try:
        yield
    finally:
        setattr(Record, name, method)


def measure(changes: str, steps: int, every: int, folder: Path) -> Found:
    """Train the demo with changes of its config. every: 0 for no checkpoints."""
    config = Config.from_disk(ROOT / "configs" / "demo.cfg").merge(Config.from_str(changes))
    for part in ("train", "dev"):
        config["paths"][part] = str(ROOT / config["paths"][part])
    config["training"].update(
        max_steps=steps,
        eval_frequency=0,
        logger=None,
        checkpoint={"every_steps": every, "every_minutes": 0, "at_evaluation": False, "keep_best": False},
    )
    run = prepare(config, output=folder)
    times: list[float] = []
    with stopwatch("between_steps", times):
        # The end of a run waits for its last checkpoint, and for an evaluation: only steps count.
        running = train(run)
        begun = perf_counter()
        for info in running:
            if info.step == steps:
                break
        seconds = perf_counter() - begun
        running.close()
    sizes = [
        sum(file.stat().st_size for file in path.iterdir())
        for path in sorted((folder / "checkpoints").glob("step-*"))
    ]
    return Found(
        seconds,
        sum(times),
        steps // every if every else 0,
        max(sizes, default=0),
        int(run.parameters.weights.size),
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--every", type=int, default=200)
    arguments = parser.parse_args()
    worst = 0.0
    for name, changes in (("demo", ""), ("30 million weights", LARGE)):
        found = []
        for every in (0, arguments.every):
            folder = Path(mkdtemp(prefix="checkpoints-"))
            found.append(measure(changes, arguments.steps, every, folder))
            shutil.rmtree(folder)
        without, one = found
        share = one.still / one.seconds
        worst = max(worst, share)
        print(
            f"{name}: {one.weights:,} weights, {arguments.steps} steps in {one.seconds:.1f} s ({without.seconds:.1f} s without); "
            f"stood still {one.still:.2f} s for {one.number} checkpoints, {share:.2%}; one has {one.size / 1e6:,.1f} MB",
            flush=True,
        )
    return int(worst >= 0.05)


if __name__ == "__main__":
    sys.exit(main())
