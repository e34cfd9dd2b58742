"""One side of a comparison in a process of its own, driven by JSON lines on standard input.

Usage: worker.py kernel|spacy|spacy-matmul. Commands: {"task": NAME, "settings": {...}} prepares a task,
{"run": true} does it once and answers {"cpu": seconds, "wall": seconds, "units": n}.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from itertools import count
from types import SimpleNamespace
from typing import Any

from tasks import TASKS


def kernel_side() -> Any:
    import kernel
    from kernel.numeric import random
    from kernel.numeric.parameters import Parameters
    from kernel.tokens import Doc, DocBin
    from kernel.training import Example
    from kernel.training.batches import parts

    def updater(nlp: Any, *, shards: int, drop: float) -> Any:
        """What the training loop does for a batch: parts with gradients of their own, then one step."""
        parameters, optimizer = Parameters(nlp.models()), nlp.create_optimizer()
        steps = count()

        def update(batch: list[Any]) -> None:
            step = next(steps)
            for shard, part in enumerate(parts(batch, shards)):
                random.seed_all(0, "update", step, shard)
                with random.scope(seed=0, step=step, shard=shard):
                    nlp.update(part, drop=drop, sgd=False, losses={})
                parameters.collect(shard)
            parameters.step(optimizer)
            optimizer.step_schedules()

        return update

    return SimpleNamespace(
        load=kernel.load, blank=kernel.blank, Doc=Doc, DocBin=DocBin, Example=Example, updater=updater
    )


def spacy_side(matmul: bool) -> Any:
    import low_data_repaired  # noqa: F401 (registers what a model of textcats.py names)
    import spacy
    from spacy.tokens import Doc, DocBin
    from spacy.training import Example
    from spacy.training.loop import subdivide_batch

    if matmul:
        use_matmul()

    def updater(nlp: Any, *, shards: int, drop: float) -> Any:
        optimizer = nlp.create_optimizer()

        def update(batch: list[Any]) -> None:
            losses: dict[str, float] = {}
            if shards == 1:
                nlp.update(batch, drop=drop, sgd=optimizer, losses=losses)
                return
            for part in subdivide_batch(batch, shards):
                nlp.update(part, drop=drop, sgd=False, losses=losses)
            for _, component in nlp.pipeline:
                if hasattr(component, "finish_update"):
                    component.finish_update(optimizer)

        return update

    return SimpleNamespace(
        load=spacy.load, blank=spacy.blank, Doc=Doc, DocBin=DocBin, Example=Example, updater=updater
    )


def use_matmul() -> None:
    """Replace the gemm of spaCy's ops by numpy's."""
    import numpy
    from thinc.api import NumpyOps

    def gemm(self: Any, x: Any, y: Any, out: Any = None, trans1: bool = False, trans2: bool = False) -> Any:
        return numpy.matmul(x.T if trans1 else x, y.T if trans2 else y, out=out)

    NumpyOps.gemm = gemm


def main(side: str) -> None:
    lib = kernel_side() if side == "kernel" else spacy_side(side == "spacy-matmul")
    run: Any = None
    answer = sys.stdout
    sys.stdout = sys.stderr
    for line in sys.stdin:
        command = json.loads(line)
        if "task" in command:
            run = TASKS[command["task"]](lib, **command["settings"])
            reply: dict[str, float] = {"ready": 1}
        else:
            gc.collect()
            wall, cpu = time.perf_counter(), time.process_time()
            units = run()
            reply = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall, "units": units}
        print(json.dumps(reply), file=answer, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
