"""What the time of a timed job goes to, by stage, and how much of what the machine can do it reaches.

    python benchmarks/stages.py TASK SETTINGS    as tasks.py has them, SETTINGS as JSON; kernel's side alone

Stages are functions that are timed while they run, less what other stages take inside them: the tokenizer, each component's prediction,
annotation and update, each layer of a network forward and backward, the optimizer. CPU time with one BLAS thread, microseconds a word.

The limit: the products of matrices that a word needs, at the speed that the machine has for large ones of the same width, and nothing
else. At prediction a word form that was met before needs no embedding, at training every form of a batch needs it once. A product has
two more at training, for the gradients of its weights and of its input.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from functools import partial
from time import process_time
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from tasks import TASKS
from worker import kernel_side

# What multiplies matrices; other layers with weights look them up.
PRODUCTS = ("linear", "maxout", "softmax", "state_features", "relu", "mish")
REST = "calls, batches, reading results"
# States of the parser a word, as performance notes of transition systems have them: a shift and an arc, and some breaks.
STATES = {"ner": 1.0, "parser": 2.15}
ROUNDS = 3


class Stages:
    """CPU seconds of each stage, without those of the stages inside it."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._inside: list[float] = []

    def timed(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **keywords: Any) -> Any:
            self._inside.append(0.0)
            start = process_time()
            try:
                return function(*arguments, **keywords)
            finally:
                whole = process_time() - start
                self.seconds[stage] = self.seconds.get(stage, 0.0) + whole - self._inside.pop()
                if self._inside:
                    self._inside[-1] += whole

        return call

    def wrap(self, owner: Any, method: str, stage: str) -> None:
        if hasattr(owner, method):
            setattr(owner, method, self.timed(stage, getattr(owner, method)))

    def wrap_layer(self, node: Any, stage: str) -> None:
        """Time a layer of thinc, and the function that it returns for its gradients."""
        forward = self.timed(stage, node._func)

        def both(model: Any, inputs: Any, is_train: bool) -> Any:
            output, backward = forward(model, inputs, is_train)
            return output, self.timed(f"{stage}, backward", backward)

        node._func = both


def watch(stages: Stages, nlp: Any) -> None:
    """Time the stages of a pipeline."""
    from kernel.numeric.parameters import Parameters

    stages.wrap(nlp.tokenizer, "batch", "tokenizer")
    for name, component in nlp.components:
        for method, stage in (("predict", "predict"), ("set_annotations", "annotate"), ("update", "update")):
            stages.wrap(component, method, f"{name}: {stage}")
    for name, model in nlp.models().items():
        for node in model.walk():
            stages.wrap_layer(node, f"{name}: {node.name.partition('(')[0][:32]}")
    stages.wrap(Parameters, "step", "optimizer")
    stages.wrap(Parameters, "collect", "optimizer")


def flops(nlp: Any, is_training: bool) -> float:
    """Floating-point operations of the products that a word needs, forward: see the text above."""
    found = 0.0
    for name, model in nlp.models().items():
        nodes = list(model.walk())
        looked_up = sum(node.get_param("E").shape[1] for node in nodes if node.has_param("E"))
        products = [node.get_param("W") for node in nodes if node.name in PRODUCTS and node.has_param("W")]
        for place, weights in enumerate(products):
            if looked_up and weights.shape[-1] == looked_up and not is_training:
                continue
            is_last = place + 1 == len(products)
            found += 2.0 * weights.size * (STATES.get(name, 1.0) if is_last else 1.0)
    return found * (3.0 if is_training else 1.0)


def peak(rows: int = 1024, inner: int = 288, outer: int = 288) -> float:
    """Operations a second of a large product of the encoder's size, the best of many."""
    left, right = np.ones((rows, inner), dtype="f"), np.ones((inner, outer), dtype="f")
    out = np.empty((rows, outer), dtype="f")
    best = 1e9
    for _ in range(40):
        start = process_time()
        for _ in range(8):
            np.matmul(left, right, out=out)
        best = min(best, process_time() - start)
    return 8 * 2.0 * rows * inner * outer / best


def profile(task: str, settings: dict[str, Any]) -> dict[str, Any]:
    """Microseconds a word of each stage, the largest first, those of the whole, and the share of the limit; None where no network is."""
    lib = kernel_side()
    loaded: list[Any] = []

    def kept(make: Callable[..., Any], *arguments: Any) -> Any:
        loaded.append(make(*arguments))
        return loaded[-1]

    lib.load, lib.blank = partial(kept, lib.load), partial(kept, lib.blank)
    run = TASKS[task](lib, **settings)
    run()
    stages = Stages()
    speeds = []
    for _ in range(ROUNDS):
        start = process_time()
        words = run()
        speeds.append(words / (process_time() - start))
    for nlp in loaded:
        watch(stages, nlp)
    start = process_time()
    words = run()
    whole = process_time() - start
    parts = {**stages.seconds, REST: whole - sum(stages.seconds.values())}
    needed = flops(loaded[-1], task == "training") if loaded else 0.0
    return {
        "parts": {
            stage: 1e6 * seconds / words for stage, seconds in sorted(parts.items(), key=lambda p: -p[1])
        },
        "whole": 1e6 * whole / words,
        "speed": max(speeds),
        "limit": max(speeds) * needed / peak() if needed else None,
    }


def parts(found: dict[str, Any]) -> str:
    """The stages that take two hundredths or more."""
    return ", ".join(
        f"{stage} {micro:.2f}" for stage, micro in found["parts"].items() if micro >= 0.02 * found["whole"]
    )


def shown(found: dict[str, Any]) -> str:
    """One line: the stages, and the share of the limit."""
    limit = f"; {100 * found['limit']:.0f} % of the limit" if found["limit"] else ""
    return f"{found['whole']:.2f} µs a word: {parts(found)}{limit}"


if __name__ == "__main__":
    print(json.dumps(profile(sys.argv[1], json.loads(sys.argv[2]))))
