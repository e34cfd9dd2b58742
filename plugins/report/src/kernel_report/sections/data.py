"""The data of each run: lengths, labels, and what is notable or wrong in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kernel_report.kept import DAMAGED
from kernel_report.predictions.views import ROWS, named
from kernel_report.rendering import render
from kernel_report.run import Run
from kernel_report.section import Section

_TITLES = {"train": "To train on", "dev": "To evaluate on"}
# Width and height of a chart, in its own units.
_WIDTH, _HEIGHT = 300, 60


def section(runs: Sequence[Run]) -> Section | None:
    """Of each run whose data have been looked at. Runs on the same data are together."""
    found: list[tuple[list[str], Mapping[str, Any]]] = []
    for run in runs:
        if run.kept.data is None:
            continue
        same = next((names for names, data in found if data == run.kept.data), None)
        if same is None:
            found.append(([run.name], run.kept.data))
        else:
            same.append(run.name)
    if not found:
        return None
    try:
        parts = [(", ".join(names), _data(data)) for names, data in found]
        html = render("data.html", parts=parts, several=len(runs) > 1, width=_WIDTH, height=_HEIGHT)
    except DAMAGED:
        html = render("damaged.html", name="report.json")
    return Section("Data", "data", html)


def _data(data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "parts": [_part(part) for part in data["parts"]],
        "labels": [_labels(one) for one in data["labels"]],
        "findings": [
            (str(topic), str(level), str(message), [str(item) for item in items])
            for topic, level, message, items in data["findings"]
        ],
    }


def _part(part: Mapping[str, Any]) -> dict[str, Any]:
    lengths = part["lengths"]
    bars = [(int(start), int(end), int(count)) for start, end, count in lengths["bars"]]
    most = max((count for _, _, count in bars), default=0)
    step = _WIDTH / max(1, len(bars))
    return {
        "title": _TITLES.get(str(part["name"]), str(part["name"])),
        "examples": None if part["examples"] is None else int(part["examples"]),
        "looked_at": int(lengths["examples"]),
        "words": int(lengths["words"]),
        "empty": int(lengths["empty"]),
        "facts": [
            (name, int(lengths[name])) for name in ("shortest", "median", "longest") if name in lengths
        ],
        "bars": bars,
        "boxes": [
            (
                round(place * step, 2),
                round(max(1.0, step - 1), 2),
                round(_HEIGHT * count / most, 2) if most else 0,
            )
            for place, (_, _, count) in enumerate(bars)
        ],
    }


def _labels(one: Mapping[str, Any]) -> dict[str, Any]:
    rows = [(named(str(label)), int(train), int(dev)) for label, train, dev in one["labels"]]
    return {
        "component": str(one["component"]),
        "rows": rows[:ROWS],
        "more": rows[ROWS:],
        "left_out": int(one["left_out"]),
    }
