"""Whether a pipeline that spaCy trained learns here what it learns there: the losses of its next steps, without dropout.

    python benchmarks/spacy_losses.py FOLDER [NAME ...]

Pipelines are those of spacy_pipelines.py, in FOLDER. Taggers and text classifiers take 20 steps of Adam on both sides. Transition
systems take the first: after it each library goes its own way through a document. spaCy draws a mask for their hidden layer even
where no dropout is asked for; here it is of ones.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from sides import HERE, SIDES, environment

SIDE = HERE / "spacy_losses_side.py"
STEPS = 20
ONE_STEP = ("ner", "parser")
NAMES = ("tagger", "morphologizer", "textcat", "ner", "parser")


def losses(side: str, pipeline: Path, expected: Path, steps: int) -> list[dict[str, float]]:
    """What a side of the comparison says in a process of its own."""
    command = [SIDES[side], str(SIDE), side, str(pipeline), str(expected), str(steps)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=HERE, env=environment(), check=True)
    found: list[dict[str, float]] = json.loads(done.stdout.splitlines()[-1])
    return found


def compared(folder: Path, name: str) -> tuple[int, dict[str, float]]:
    """The number of steps, and by component the largest relative difference of a loss."""
    steps = 1 if any(part in name for part in ONE_STEP) else STEPS
    sides: list[list[dict[str, Any]]] = [
        losses(side, folder / name, folder / f"{name}.expected.jsonl", steps) for side in ("spacy", "kernel")
    ]
    worst: dict[str, float] = {}
    for theirs, ours in zip(*sides, strict=True):
        for component, loss in theirs.items():
            difference = abs(ours[component] - loss) / max(abs(loss), 1e-8)
            worst[component] = max(worst.get(component, 0.0), difference)
    return len(sides[0]), worst


def main() -> None:
    folder, names = Path(sys.argv[1]).resolve(), sys.argv[2:]
    if not names:
        found = sorted(path.parent.name for path in folder.glob("*/config.cfg"))
        names = [name for name in found if any(part in name for part in NAMES) and "beam" not in name]
    for name in names:
        steps, worst = compared(folder, name)
        for component, difference in worst.items():
            print(f"{name:32} {component:24} {steps:3} steps   {difference:.1e}", flush=True)


if __name__ == "__main__":
    main()
