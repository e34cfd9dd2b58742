"""How much time augmenters add to the training of an entity recogniser: `python benchmarks/augmenting.py DATA`.

DATA: files with entities that `kernel train` reads. Examples are made and learnt from in turn, with and without an augmenter, so that
what else the machine does falls on both; times are those of the processor, and the figure is the median of the rounds.
"""

from __future__ import annotations

import sys
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

import kernel
from kernel.config import resolve
from kernel.numeric.random import apart
from kernel.training import Example

LEVEL = 1.0
AUGMENTERS: dict[str, dict[str, Any]] = {
    "kernel.lower_case.v1": {"level": LEVEL},
    "kernel.spelling_noise.v1": {"level": LEVEL, "per_token": 0.1},
    "kernel.entity_replacement.v1": {"level": LEVEL},
    "kernel.combined_augmenter.v1": {
        "lower_level": LEVEL,
        "orth_level": LEVEL,
        "orth_variants": {"single": [{"tags": ["NFP"], "variants": ["...", "…"]}]},
        "whitespace_level": LEVEL,
        "whitespace_per_token": 0.05,
        "whitespace_variants": None,
    },
}


def main(data: Path, batch: int = 32, rounds: int = 40) -> None:
    """Print a line for each augmenter."""
    nlp = kernel.blank("en")
    nlp.add_pipe("ner")
    reader = {"@readers": "kernel.Corpus.v1", "path": str(data), "limit": 2000}
    examples = list(resolve(reader)(nlp))
    optimizer = nlp.initialize(lambda: examples)
    batches = [examples[start : start + batch] for start in range(0, len(examples) - batch, batch)][:rounds]

    def step(some: list[Example]) -> float:
        # Fresh ones: what an example has cached of its gold annotations would be free of charge.
        some = [Example(example.predicted.copy(), example.reference.copy()) for example in some]
        start = process_time()
        nlp.update(some, sgd=optimizer, losses={})
        return process_time() - start

    for some in batches:
        step(some)
    taken = median([step(some) for some in batches])
    words = median([sum(map(len, some)) for some in batches])
    print(f"a step of {batch} examples, {words:.0f} words: {1000 * taken:.1f} ms")
    for name, settings in AUGMENTERS.items():
        more = {"corpus": reader} if "replacement" in name else {}
        augment = resolve({"@augmenters": name, **settings, **more})
        list(augment(nlp, examples[0]))
        times = []
        for number, some in enumerate(batches):
            start = process_time()
            for place, example in enumerate(some):
                with apart(number, "augment", place):
                    list(augment(nlp, example))
            times.append(process_time() - start)
        added = median(times)
        print(f"{name:32} {1000 * added:6.2f} ms for all of them, {100 * added / taken:5.1f} % of a step")


if __name__ == "__main__":
    kernel.util.fix_random_seed(0)
    main(Path(sys.argv[1]))
