"""What a run learns from and is evaluated on: sizes, labels, and what `kernel debug data` finds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from kernel.errors import held
from kernel_report.predictions.lengths import lengths

# Examples of a part that are looked at, until they have so many words: training waits for it.
MOST = 10_000
_WORDS = 200_000
_LABELS = 1000
_ITEMS = 10
_LONGEST_ITEM = 200


def describe(
    pipeline: Any, train: Sequence[Any] | None, dev: Sequence[Any] | None, most: int = MOST
) -> dict[str, Any]:
    """The data as plain data. train, dev: None for what isn't in memory; most: examples of each that are looked at.

    parts: of each its name, the number of its examples, None if it may have more than were looked at, and the lengths of those. labels: of each component the
    numbers in both parts. findings: (topic, level, message, items), as `kernel debug data` has them.
    """
    looked_at = {
        name: list(_first(part, most)) for name, part in (("train", train), ("dev", dev)) if part is not None
    }
    parts = [
        {
            "name": name,
            "examples": len(whole) if len(whole) != most else None,
            "lengths": lengths([len(example) for example in looked_at[name]]),
        }
        for name, whole in (("train", train), ("dev", dev))
        if whole is not None
    ]
    first, second = looked_at.get("train", []), looked_at.get("dev", [])
    return {
        "parts": parts,
        "labels": _labels(pipeline, first, second),
        "findings": _findings(pipeline, first, second),
    }


def _first(part: Sequence[Any], most: int) -> Iterator[Any]:
    words = 0
    for example in islice(part, most):
        yield example
        words += len(example)
        if words >= _WORDS:
            return


def _labels(pipeline: Any, train: Sequence[Any], dev: Sequence[Any]) -> list[dict[str, Any]]:
    found = []
    for name, component in getattr(pipeline, "pipeline", ()):
        if not hasattr(component, "gold_labels") or getattr(component, "hide_labels", False):
            continue
        both = [_gold_labels(component, part) for part in (train, dev)]
        labels = sorted(
            {*both[0], *both[1]}, key=lambda label: (-both[0].get(label, 0), -both[1].get(label, 0), label)
        )
        if labels:
            rows = [[label, both[0].get(label, 0), both[1].get(label, 0)] for label in labels[:_LABELS]]
            found.append({"component": name, "labels": rows, "left_out": max(0, len(labels) - _LABELS)})
    return found


def _gold_labels(component: Any, examples: Sequence[Any]) -> Mapping[str, int]:
    try:
        found: Mapping[str, int] = component.gold_labels(examples)
    except Exception:  # noqa: BLE001 (what it can't read in the data is among the findings)
        return {}
    return found


def _findings(pipeline: Any, train: Sequence[Any], dev: Sequence[Any]) -> list[list[Any]]:
    found: list[list[Any]] = []
    if not (train and dev):
        return found
    # What it would warn of has been said at the start of the run, or is found here.
    with held():
        for topic, findings in pipeline.debug(train, dev):
            for one in findings:
                items = [_short(item) for item in one.items[:_ITEMS]]
                if len(one.items) > _ITEMS:
                    items.append(f"and {len(one.items) - _ITEMS:,} more")
                found.append([str(topic), one.level, one.message, items])
    return found


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_ITEM else text[:_LONGEST_ITEM] + "…"
