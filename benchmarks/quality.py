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
# Two-sided 95 % quantiles of Student's t by degrees of freedom (equal sample sizes, n1 + n2 - 2).
T95 = {2: 4.303, 4: 2.776, 6: 2.447, 8: 2.306}


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
    corpora: dict[str, Path], train_command: Callable[..., list[str]], run: Callable[..., Any]
) -> list[tuple[str, ...]]:
    """Train, score, and compare the last models; results are kept, so that an interrupted run goes on."""
    kept = HERE / ".work" / "quality"
    kept.mkdir(parents=True, exist_ok=True)
    rows = []
    for data, config, train, dev, test, metric, steps, seeds in RUNS:
        if train not in corpora:
            continue
        values: dict[str, list[float]] = {"kernel": [], "spacy": []}
        for seed in range(seeds):
            for side, found in values.items():
                result = kept / f"{side}-{config}-{train}-{seed}.json"
                if not result.exists():
                    output = kept / "model"
                    run(
                        train_command(
                            side, config, corpora[train], corpora[dev], steps, output, **{"system.seed": seed}
                        )
                    )
                    result.write_text(
                        json.dumps(score(side, output / "model-last", corpora[test], run)), encoding="utf-8"
                    )
                    shutil.rmtree(output)
                found.append(json.loads(result.read_text(encoding="utf-8"))[metric])
        difference, half = interval(values["kernel"], values["spacy"])
        shown = {
            side: f"{100 * statistics.mean(v):.1f} ({', '.join(f'{100 * x:.1f}' for x in v)})"
            for side, v in values.items()
        }
        rows.append(
            (data, metric, shown["kernel"], shown["spacy"], f"{100 * difference:+.1f} (±{100 * half:.1f})")
        )
    return rows
