"""Fake packages, and a config that trains in a moment."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from kernel.testing.box import Box

NUMERIC = Path(__file__).parent.parent / "integration" / "numeric.py"
CONFIG = """
[nlp]
lang = "numbers"

[components]

[components.line]

[components.line.model]
@architectures = "numbers.Line.v1"

[corpora]

[corpora.train]
@readers = "numbers.Rows.v1"
path = "train.txt"

[corpora.dev]
@readers = "numbers.Rows.v1"
path = "dev.txt"

[training]
max_steps = 6
eval_frequency = 3

[training.callbacks]

[training.batcher]
@batchers = "numbers.Batches.v1"
size = 8

[training.optimizer]
@optimizers = "Adam.v1"
learn_rate = 0.1
"""


@pytest.fixture
def numbers(box: Box) -> Box:
    """A box with `config.cfg`, its data, and its code in `numeric.py`."""
    generator = random.Random(0)
    for name, number in (("train.txt", 40), ("dev.txt", 10)):
        rows = [(generator.gauss(0, 1), generator.gauss(0, 1)) for _ in range(number)]
        box.file(name, "".join(f"{a} {b} {2 * a - b + 1}\n" for a, b in rows))
    box.config(CONFIG)
    box.code(NUMERIC.read_text(encoding="utf-8"), "numeric.py")
    return box
