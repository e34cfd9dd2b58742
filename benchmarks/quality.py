"""Scores of whole training runs, both sides with the same files, settings, seeds and number of updates."""

from __future__ import annotations

import json
import math
import shutil
import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sides import HERE, KERNEL_PYTHON, SPACY_PYTHON

# data, config, training corpus, development corpus, test corpus, metric, updates, seeds
RUNS = [
    ("fashion brands", "ner", "fashion-train", "fashion-test", "fashion-test", "ents_f", 1000, 5),
    ("WNUT 2017", "ner", "wnut-train", "wnut-dev", "wnut-test", "ents_f", 1000, 5),
    ("EWT tags", "tagger", "ewt-train", "ewt-dev", "ewt-test", "tag_acc", 2000, 3),
    ("issues, efficiency", "textcat-efficiency", "issues-train", "issues-test", "issues-test", "cats_score", 1000, 5),
    ("issues, accuracy", "textcat-accuracy", "issues-train", "issues-test", "issues-test", "cats_score", 1000, 5),
    ("cooking, efficiency", "textcat_multilabel-efficiency", "cooking-train", "cooking-test", "cooking-test", "cats_score", 1000, 5),
    ("cooking, accuracy", "textcat_multilabel-accuracy", "cooking-train", "cooking-test", "cooking-test", "cats_score", 1000, 5),
]  # fmt: skip
# Two-sided 95 % quantiles of Student's t by degrees of freedom.
T95 = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306}


def score(side: str, model: Path, test: Path, run: Callable[..., Any]) -> dict[str, Any]:
    metrics = model.parent / "metrics.json"
    command = [KERNEL_PYTHON, "-m", "kernel"] if side == "kernel" else [SPACY_PYTHON, "-m", "spacy"]
    run([*command, "evaluate", str(model), str(test), "--output", str(metrics)])
    found: dict[str, Any] = json.loads(metrics.read_text(encoding="utf-8"))
    return found


def interval(ours: list[float], theirs: list[float]) -> tuple[float, float]:
    """The difference of the means and half its 95 % interval (Student's t, pooled variance)."""
    n = len(ours)
    spread = math.sqrt((statistics.variance(ours) + statistics.variance(theirs)) / n)
    return statistics.mean(ours) - statistics.mean(theirs), T95[2 * n - 2] * spread


def quality_rows(
    corpora: dict[str, Path], train_command: Callable[..., list[str]], run: Callable[..., Any], *, train: bool
) -> list[tuple[str, ...]]:
    """A row for every entry of `RUNS`: mean and single scores of the last models, and the difference.

    Results are kept, so that an interrupted run goes on. train: train what is missing; otherwise the seeds that both
    sides have are compared, if there are two or more.
    """
    kept = HERE / ".work" / "quality"
    kept.mkdir(parents=True, exist_ok=True)
    rows = []
    for data, config, train_name, dev, test, metric, steps, seeds in RUNS:
        if train_name not in corpora:
            continue
        values: dict[str, list[float]] = {"kernel": [], "spacy": []}
        for seed in range(seeds):
            results = {side: kept / f"{side}-{config}-{train_name}-{seed}.json" for side in values}
            for side, result in results.items():
                if train and not result.exists():
                    output, own = kept / "model", {"system.seed": seed}
                    run(train_command(side, config, corpora[train_name], corpora[dev], steps, output, **own))
                    scores = score(side, output / "model-last", corpora[test], run)
                    result.write_text(json.dumps(scores), encoding="utf-8")
                    shutil.rmtree(output)
            if all(result.exists() for result in results.values()):
                for side, result in results.items():
                    values[side].append(json.loads(result.read_text(encoding="utf-8"))[metric])
        if len(values["kernel"]) < 2:
            continue
        difference, half = interval(values["kernel"], values["spacy"])
        shown = {
            side: f"{100 * statistics.mean(v):.1f} ({', '.join(f'{100 * x:.1f}' for x in v)})"
            for side, v in values.items()
        }
        what = f"{data}, {steps} updates"
        rows.append((what, metric, *shown.values(), f"{100 * difference:+.1f} (±{100 * half:.1f})"))
    return rows
