"""How good each label is, which were confused, and errors with their texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from kernel_report.kept import DAMAGED
from kernel_report.predictions import views
from kernel_report.rendering import render
from kernel_report.run import Run
from kernel_report.section import Section

# Labels of which several runs are compared.
_COMPARED = 100


def section(runs: Sequence[Run]) -> Section | None:
    """Tables and errors of each run; of several, what they say of the same label comes first."""
    shown = [(run, run.kept.shown) for run in runs]
    if not any(kept for _, kept in shown):
        return Section("Predictions", "predictions", render("no_predictions.html", runs=runs))
    try:
        parts = [_part(run, kept) for run, kept in shown if kept is not None]
        html = render(
            "predictions.html",
            parts=parts,
            compared=_compared(shown) if len(runs) > 1 else [],
            missing=[run for run, kept in shown if kept is None],
            phrase=views.phrase,
        )
    except DAMAGED:
        html = render("damaged.html", name="report.json")
    return Section("Predictions", "predictions", html)


def _part(run: Run, kept: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": run.name,
        "documents": int(kept["documents"]),
        "words": int(kept["words"]),
        "source": str(kept["source"]),
        "when": _when(kept),
        "better": _better(run, kept),
        "reason": kept["reason"],
        "kinds": _kinds(kept),
    }


def _when(kept: Mapping[str, Any]) -> str:
    """Which weights predicted this."""
    step, model = kept["step"], kept.get("model")
    at = "" if step is None else f"step {int(step):,}"
    return (f"{model}, of {at}" if at else str(model)) if model else at


def _better(run: Run, kept: Mapping[str, Any]) -> str:
    """What is to be said of predictions that are not those of the best weights."""
    best = None if run.best is None else run.best.get("evaluation")
    if best is None or kept["step"] in (None, best):
        return ""
    return f"The best score so far is that of step {int(best):,}, whose predictions were not kept."


def _kinds(kept: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = []
    for number, kind in enumerate(kept["kinds"]):
        rows = [views.row(values) for values in kind["labels"]]
        kinds_left_out, errors_left_out = kind["confusions_left_out"]
        confusions = [(views.phrase(*group[:3]), int(group[3])) for group in kind["confusions"]]
        found.append(
            {
                "number": number,
                "title": str(kind["title"]),
                "unit": str(kind["unit"]),
                "components": [str(name) for name in kind["components"]],
                "documents": int(kind["documents"]),
                "annotated": int(kind["annotated"]),
                "no_gold": kind["no_gold"],
                "total": views.row(["all", *kind["total"]]),
                "rows": rows[: views.ROWS],
                "more": rows[views.ROWS :],
                "left_out": int(kind["labels_left_out"]),
                "matrix": views.matrix(kind["matrix"]),
                "confusions": confusions[: views.ROWS],
                "more_confusions": confusions[views.ROWS :],
                "confusions_left_out": (int(kinds_left_out), int(errors_left_out)),
                "typical": [
                    (
                        views.phrase(group["how"], group["gold"], group["predicted"]),
                        int(group["count"]),
                        [views.excerpt(one) for one in group["examples"]],
                    )
                    for group in kind["typical"]
                ],
                "worst": [views.excerpt(one) for one in kind["worst"]],
            }
        )
    return found


def _compared(shown: Sequence[tuple[Run, Mapping[str, Any] | None]]) -> list[dict[str, Any]]:
    """Of each kind that a run has, the F-scores of its labels in all runs."""
    names: dict[str, str] = {}
    tables: list[dict[str, dict[str, views.Row]]] = []
    for _, kept in shown:
        kinds = [] if kept is None else kept["kinds"]
        names |= {kind["name"]: str(kind["title"]) for kind in kinds}
        tables.append(
            {kind["name"]: {row.label: row for row in map(views.row, kind["labels"])} for kind in kinds}
        )
    found = []
    for name, title in names.items():
        labels = dict.fromkeys(label for table in tables for label in table.get(name, ()))
        rows = []
        for label in islice(labels, _COMPARED):
            each = [table.get(name, {}).get(label) for table in tables]
            if any(row is not None and (row.gold or row.predicted) for row in each):
                rows.append((label, each))
        found.append(
            {
                "title": title,
                "runs": [run.name for run, _ in shown],
                "rows": rows,
                "left_out": len(labels) - min(len(labels), _COMPARED),
            }
        )
    return found
