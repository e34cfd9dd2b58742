"""Settings that are out of range are refused before anything runs, with their place; the ends of the ranges are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from kernel.config import load_config
from kernel.errors import Problem
from kernel.training.diagnosis import diagnose

pytestmark = pytest.mark.needs(
    "kernel-nlp-architectures",
    "kernel-nlp-batchers",
    "kernel-nlp-callbacks",
    "kernel-nlp-components",
    "kernel-nlp-languages",
    "kernel-nlp-readers",
)
DEMO = Path(__file__).parents[2] / "configs" / "demo.cfg"
ADAM = '\n[training.optimizer]\n@optimizers = "Adam.v1"\n'
FINITE, MIN_0, MIN_1 = (
    "must be a finite number",
    "must be greater than or equal to 0",
    "must be greater than or equal to 1",
)


def problems(tmp_path: Path, section: str, line: str) -> tuple[list[Problem], int]:
    """What is wrong with the demo's config after a line of a section was replaced or added; and the line's number."""
    key = line.partition(" = ")[0]
    lines = DEMO.read_text(encoding="utf8").splitlines()
    start = lines.index(f"[{section}]") if f"[{section}]" in lines else None
    if start is None:
        lines += ["", f"[{section}]"]
        start = len(lines) - 1
    end = next((i for i in range(start + 1, len(lines)) if lines[i].startswith("[")), len(lines))
    at = next((i for i in range(start + 1, end) if lines[i].startswith(f"{key} = ")), None)
    if at is None:
        at = start + 1
        lines.insert(at, "")
    lines[at] = line
    # What stood there as a section is replaced as a whole.
    inner = f"[{section}.{key}]"
    if inner in lines:
        first = lines.index(inner)
        last = next((i for i in range(first + 1, len(lines)) if lines[i].startswith("[")), len(lines))
        lines[first:last] = [""] * (last - first)
    file = tmp_path / "changed.cfg"
    file.write_text("\n".join(lines) + "\n", encoding="utf8")
    _, found = diagnose(load_config(str(file)), [])
    return found, at + 1


BAD = [
    ("training", "dropout = 5", "must be less than 1"),
    ("training", "dropout = 1", "must be less than 1"),
    ("training", "dropout = -0.1", MIN_0),
    ("training", "dropout = NaN", FINITE),
    ("training", "patience = NaN", FINITE),
    ("training", "patience = Infinity", FINITE),
    ("training", "max_steps = -1", MIN_0),
    ("training", "eval_frequency = -1", MIN_0),
    ("training", "accumulate_gradient = 0", MIN_1),
    ("training", "seed = NaN", FINITE),
    ("training.score_weights", "ents_f = NaN", FINITE),
    ("training.score_weights", "ents_f = -Infinity", FINITE),
    ("training.batcher", "tolerance = -1", MIN_0),
    ("training.batcher", "size = NaN", FINITE),
    ("training.batcher", "size = 0", MIN_1),
    ("training.batcher", "size = []", "must have at least 1 item, not 0"),
    ("training.batcher", "size = [100, 0]", MIN_1),
    ("training.batcher.size", "start = NaN", FINITE),
    ("training.batcher.size", "compound = -1", "must be greater than 0"),
    ("training.optimizer", "learn_rate = -1", MIN_0),
    ("training.optimizer", "learn_rate = NaN", FINITE),
    ("training.optimizer", 'learn_rate = "nan"', FINITE + ", not a text"),
    ("training.optimizer", 'learn_rate = "-Infinity"', FINITE + ", not a text"),
    ("training.optimizer", "beta1 = 0", "must be greater than 0"),
    ("training.optimizer", "beta2 = 1", "must be less than 1"),
    ("training.optimizer", "grad_clip = Infinity", FINITE),
    ("components.tok2vec.model.embed", "rows = [0, 1000, 2500, 2500]", MIN_1),
    ("components.tok2vec.model.encode", "depth = -1", MIN_0),
    ("components.tok2vec.model.encode", "maxout_pieces = 0", MIN_1),
    ("components.ner.model", "hidden_width = 0", MIN_1),
    ("components.ner.model.tok2vec", "grad_factor = NaN", FINITE),
    ("components.ner.model.tok2vec", "grad_factor = []", "must have at least 1 item, not 0"),
    ("components.textcat", "threshold = 1.5", "must be less than or equal to 1"),
    ("components.textcat.model", "ngram_size = 0", MIN_1),
    ("components.textcat.model", "length = -1", MIN_1),
    ("corpora.train", "limit = -1", MIN_0),
    ("nlp", "batch_size = 0", MIN_1),
]
GOOD = [
    ("training", "dropout = 0"),
    ("training", "dropout = 0.999"),
    ("training", "max_epochs = -1"),
    ("training", "patience = 0"),
    ("training", "seed = -1"),
    ("training.score_weights", "ents_f = 0"),
    ("training.score_weights", "ents_f = null"),
    # Of a score that is the better the lower it is.
    ("training.score_weights", "ents_f = -1"),
    ("training.batcher", "tolerance = 0"),
    ("training.batcher", "size = 1"),
    ("training.batcher", "size = 1.5"),
    ("training.batcher", "size = [1, 2]"),
    ("training.optimizer", "learn_rate = 0"),
    ("training.optimizer", "learn_rate = [0.1, 0.01]"),
    ("training.optimizer", "grad_clip = 0"),
    ("components.tok2vec.model.encode", "depth = 0"),
    ("components.tok2vec.model.encode", "maxout_pieces = 1"),
    ("components.ner.model.tok2vec", "grad_factor = -1"),
    ("components.ner.model.tok2vec", "grad_factor = 0"),
    ("components.textcat", "threshold = 1"),
    ("components.textcat.model", "length = 1"),
]


@pytest.mark.parametrize(("section", "line", "reason"), BAD)
def test_a_bad_setting_has_its_place(tmp_path: Path, section: str, line: str, reason: str) -> None:
    found, number = problems(tmp_path, section, line)
    key, _, value = line.partition(" = ")
    problem = found[0]
    assert (problem.message, problem.line, problem.file) == (reason, number, str(tmp_path / "changed.cfg"))
    assert (problem.path or "").startswith(f"{section}.{key}")
    assert (problem.value or "") in value
    inside = section.rpartition(".")[2] if section == "training.score_weights" else key
    assert f"for {inside!r} of " in (problem.expected or "")
    assert problem.exit_code == 2


@pytest.mark.parametrize(("section", "line"), GOOD)
def test_the_ends_of_ranges_are_accepted(tmp_path: Path, section: str, line: str) -> None:
    found, _ = problems(tmp_path, section, line)
    assert found == []


@pytest.mark.parametrize(
    ("block", "reason"),
    [
        ('decay = 1\n@callbacks = "kernel.Averages.v1"', "must be less than 1"),
        ('start_step = -1\n@callbacks = "kernel.Averages.v1"', MIN_0),
        ('patience = 0\n@callbacks = "kernel.EarlyStop.v1"', MIN_1),
        ('min_delta = NaN\npatience = 1\n@callbacks = "kernel.EarlyStop.v1"', FINITE),
    ],
)
def test_callbacks(tmp_path: Path, block: str, reason: str) -> None:
    file = tmp_path / "changed.cfg"
    file.write_text(f"{DEMO.read_text(encoding='utf8')}\n[training.callbacks.more]\n{block}\n")
    _, (problem,) = diagnose(load_config(str(file)), [])
    assert problem.message == reason
    assert problem.path == f"training.callbacks.more.{block.partition(' ')[0]}"
