"""Scores of dependency parses."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from kernel.scores.counts import PRFScore, Scores, by_type
from kernel.scores.tokens import MISSING, is_space

if TYPE_CHECKING:
    from kernel.tokens.example import Example

Getter = Callable[[Any, str], Any]
Arc = tuple[int, int, str]


def _label(token: Any, attr: str) -> Any:
    return getattr(token, f"{attr}_")


def score_deps(
    examples: Iterable[Example],
    attr: str = "dep",
    *,
    getter: Getter = _label,
    head_attr: str = "head",
    head_getter: Getter = getattr,
    ignore_labels: Iterable[str] = ("p", "punct"),
    missing_values: Iterable[Any] = MISSING,
) -> Scores:
    """`{attr}_uas` and `{attr}_las`, the F-scores of unlabelled and labelled arcs, and `{attr}_las_per_type`.

    Labels are compared in lower case; arcs with one of `ignore_labels` are left out on the side where they stand,
    gold tokens without annotation on both. A predicted token or head that aligns with no single gold token is wrong.
    """
    unlabelled, labelled = PRFScore(), PRFScore()
    per_type: dict[str, PRFScore] = {}
    ignored, missing = {label.lower() for label in ignore_labels}, frozenset(missing_values)
    for example in examples:
        gold, unknown = _gold_arcs(example, attr, getter, head_attr, head_getter, missing, ignored)
        found, lost = _found_arcs(example, attr, getter, head_attr, head_getter, unknown, ignored)
        unlabelled.score_set({arc[:2] for arc in found}, {arc[:2] for arc in gold})
        labelled.score_set(found, gold)
        unlabelled.fp += len(lost)
        labelled.fp += len(lost)
        for arc in gold | found:
            score = per_type.setdefault(arc[2], PRFScore())
            score += PRFScore(tp=arc in gold and arc in found, fp=arc not in gold, fn=arc not in found)
        for label in lost:
            per_type.setdefault(label, PRFScore()).fp += 1
    if not len(unlabelled):
        return {f"{attr}_uas": None, f"{attr}_las": None, f"{attr}_las_per_type": None}
    return {
        f"{attr}_uas": unlabelled.fscore,
        f"{attr}_las": labelled.fscore,
        f"{attr}_las_per_type": by_type(per_type),
    }


def _gold_arcs(
    example: Example,
    attr: str,
    getter: Getter,
    head_attr: str,
    head_getter: Getter,
    missing: frozenset[Any],
    ignored: set[str],
) -> tuple[set[Arc], set[int]]:
    arcs: set[Arc] = set()
    unknown: set[int] = set()
    for token in example.reference:
        label = getter(token, attr)
        if label in missing:
            unknown.add(token.i)
        elif label.lower() not in ignored:
            arcs.add((token.i, head_getter(token, head_attr).i, label.lower()))
    return arcs, unknown


def _found_arcs(
    example: Example,
    attr: str,
    getter: Getter,
    head_attr: str,
    head_getter: Getter,
    unknown: set[int],
    ignored: set[str],
) -> tuple[set[Arc], list[str]]:
    """The predicted arcs between gold positions, and the labels of those that can't be expressed there."""
    align = example.alignment.x2y
    lengths = np.asarray(align.lengths)
    space = is_space(example.predicted)
    arcs: set[Arc] = set()
    lost: list[str] = []
    for token in example.predicted:
        label = getter(token, attr).lower()
        if space[token.i] or label in ignored:
            continue
        head = head_getter(token, head_attr)
        if lengths[token.i] != 1:
            lost.append(label)
            continue
        position = int(align[token.i][0])
        if position in unknown:
            continue
        if lengths[head.i] == 1:
            arcs.add((position, int(align[head.i][0]), label))
        else:
            lost.append(label)
    return arcs, lost
