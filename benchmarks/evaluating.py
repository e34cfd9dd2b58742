"""Which share of a run is evaluation and saving, with what `init config` recommends: `python benchmarks/evaluating.py [--steps 1000]`.

CPU time of this process, without that of the start. The data as for `run.py`, with the development part of each corpus, or what is
held out where there is none. The share falls from the first evaluation to the last, because batches grow: both are shown.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from pathlib import Path
from tempfile import mkdtemp
from time import process_time

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from run import corpora
from stages import Stages

from kernel.language.new_config import new_config
from kernel.training import loop, update
from kernel.training.prepare import prepare
from kernel.training.record import Record

# Name -> components, training corpus, the one that is evaluated on.
RUNS = {
    "WNUT 2017, ner": ("ner", "wnut-train", "wnut-dev"),
    "fashion, ner": ("ner", "fashion-train", "fashion-test"),
    "EWT, tagger": ("tagger", "ewt-train", "ewt-dev"),
    "EWT, tagger and parser": ("tagger,parser", "ewt-train", "ewt-dev"),
    "issues, textcat": ("textcat", "issues-train", "issues-test"),
}
PARTS = ("evaluation", "saving", "checkpoints")
BAR = 0.10


def measure(
    components: str, train: Path, dev: Path, steps: int, stages: Stages
) -> tuple[float, dict[str, float]]:
    """CPU seconds of all steps with what belongs to them, and of each part. Runs are whole evaluations long."""
    config = new_config("en", components.split(",")).config
    config["paths"].update(train=str(train), dev=str(dev))
    config["training"].update(max_steps=steps, patience=0, logger=None)
    folder = Path(mkdtemp(prefix="evaluating-"))
    run = prepare(config, output=folder)
    stages.seconds.clear()
    begun = process_time()
    for _ in loop.train(run):
        pass
    whole = process_time() - begun
    shutil.rmtree(folder)
    return whole, dict(stages.seconds)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", help="parts of names of runs; by default all")
    parser.add_argument("--steps", type=int, default=1000, help="a multiple of 200, the default frequency")
    given = parser.parse_args()
    stages = Stages()
    stages.wrap(update, "evaluate", "evaluation")
    stages.wrap(loop, "save", "saving")
    for method in ("evaluated", "between_steps"):
        stages.wrap(Record, method, "checkpoints")
    made = corpora()
    missed = 0
    print(
        f"| run, {given.steps} steps | CPU seconds | {' | '.join(PARTS)} | evaluation, the first 200 steps |\n|{'---|' * 6}"
    )
    for name, (components, train, dev) in RUNS.items():
        if train not in made or (given.names and not any(part in name for part in given.names)):
            continue
        first, parts_of_first = measure(components, made[train], made[dev], 200, stages)
        whole, parts = (
            (first, parts_of_first)
            if given.steps == 200
            else measure(components, made[train], made[dev], given.steps, stages)
        )
        shares = [parts.get(part, 0.0) / whole for part in PARTS]
        missed += shares[0] > BAR
        early = parts_of_first.get("evaluation", 0.0) / first
        shown = " | ".join(f"{share:.1%}" for share in (*shares, early))
        print(f"| {name} | {whole:.1f} | {shown} |", flush=True)
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
