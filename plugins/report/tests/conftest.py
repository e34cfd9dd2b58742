"""Fixtures: outputs that are written by hand, and pages as a browser reads them."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import html5lib
import pytest

from kernel.testing import Box
from kernel.testing.plugin import box

__all__ = ["box"]

HOSTILE = (
    """<script>alert(1)</script>"'><img src=x onerror=alert(2)>{{ 7*7 }}\x1b[31m\u202etxet\u2066&amp;&#60;"""
)


def made_history(
    steps: int, *, every: int = 100, labels: Sequence[str] = (), name: str = "ner"
) -> Iterator[dict[str, Any]]:
    """Rows of a run as kernel writes them."""
    for step in range(1, steps + 1):
        row = {
            "step": step,
            "epoch": step // 1000,
            "losses": {name: 80 * math.exp(-step / steps * 5) + step % 7, "tok2vec": 1.0 / step},
            "learn_rate": 0.001,
            "dropout": 0.1,
            "words": 100 * step,
            "seconds": step / 10,
        }
        if step % 100 == 1:
            row["memory_mb"] = 100 + step / 1000
        yield row
        if step % every == 0:
            score = 1 - math.exp(-step / steps * 3)
            per_type = {label: {"p": score, "r": score / 2, "f": score / 1.5} for label in labels}
            yield {
                "evaluation": step,
                "epoch": step // 1000,
                "score": score,
                "scores": {
                    "ents_p": score,
                    "ents_r": score / 2,
                    "ents_f": score / 1.5,
                    "ents_per_type": per_type,
                },
                "losses": {name: 100.0},
                "words": 100 * step,
                "seconds": step / 10 + 0.5,
            }


CODE = """
import kernel
from kernel.testing.toy import ToyPipeline
from thinc.api import Linear

kernel.registry.languages("toy")(ToyPipeline)


@kernel.registry.readers("acme.Points.v1")
def points(count: int = 16):
    return lambda pipeline: ((x / 8, x / 4 + 1) for x in range(count))


@kernel.registry.architectures("acme.Line.v1")
def line(inputs: int = 1):
    return Linear(1, inputs)


@kernel.registry.batchers("acme.Fours.v1")
def fours():
    def cut(examples):
        batch = []
        for example in examples:
            batch.append(example)
            if len(batch) == 4:
                yield batch
                batch = []

    return cut
"""
LINE = """
[nlp]
lang = "toy"
[components]
[components.line]
@architectures = "acme.Line.v1"
[corpora]
[corpora.train]
@readers = "acme.Points.v1"
[corpora.dev]
@readers = "acme.Points.v1"
count = 8
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
def train(box: Box) -> Callable[..., Path]:
    """Trains a line through points: `train("out", "--training.seed", "1")`; returns the output."""
    box.config(LINE)
    box.code(CODE)

    def run(output: str, *overrides: str) -> Path:
        done = box.run("train", "config.cfg", "--code", "functions.py", "--output", output, *overrides)
        assert done.exit_code == 0, done.stderr
        return box.path / output

    return run


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes an output: `write("a", [{"step": 1, "losses": {"ner": 2.0}}], {"seed": 1})`. None for no record."""

    def put(name: str, history: Any = (), record: Mapping[str, Any] | None = None, end: str = "") -> Path:
        folder = tmp_path / name
        folder.mkdir(parents=True)
        if record is not None:
            (folder / "run.json").write_text(json.dumps(record))
        with (folder / "history.jsonl").open("w", encoding="utf8") as file:
            file.writelines(json.dumps(row) + "\n" for row in history)
            file.write(end)
        return folder

    return put


class Page:
    """A page as a browser reads it."""

    def __init__(self, html: str) -> None:
        self.html = html
        parser = html5lib.HTMLParser(namespaceHTMLElements=False, strict=False)
        self.root: ElementTree.Element = parser.parse(html)
        self.errors = parser.errors

    def elements(self, name: str = "*") -> list[ElementTree.Element]:
        return [
            each
            for each in self.root.iter()
            if isinstance(each.tag, str) and name in ("*", each.tag.rpartition("}")[2])
        ]

    @property
    def text(self) -> str:
        """All that is shown."""
        body = self.root.find("body")
        assert body is not None
        return " ".join("".join(body.itertext()).split())

    def section(self, anchor: str) -> str:
        """The text of a section."""
        found = next(each for each in self.elements("section") if each.get("id") == anchor)
        return " ".join(" ".join(found.itertext()).split())
