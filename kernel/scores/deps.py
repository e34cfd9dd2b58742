"""Scores of dependency parses."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from kernel.files.names import as_names
from kernel.scores.counts import PRFScore, Scores, by_type
from kernel.scores.tokens import MISSING, is_space

if TYPE_CHECKING:
    from kernel.tokens.example import Example

Getter = Callable[[Any, str], Any]
# Token, head, label.
Arc = tuple[int, int, str]
# Label -> arcs.
Arcs = dict[str, set[Arc]]


def lower_label(token: Any, attr: str) -> str:
    """The label of a token's arc in lower case."""
    return str(getattr(token, f"{attr}_")).lower()


def score_deps(
    examples: Iterable[Example],
    attr: str = "dep",
    *,
    getter: Getter = lower_label,
    head_attr: str = "head",
    head_getter: Getter = getattr,
    ignore_labels: str | Iterable[str] = ("p", "punct"),
    missing_values: Iterable[Any] = MISSING,
    **cfg: Any,
) -> Scores:
    """`{attr}_uas` and `{attr}_las`, the F-scores of unlabelled and labelled arcs, and `{attr}_las_per_type`.

    `getter(token, attr)` gives the label, by default in lower case, and `head_getter(token, head_attr)` the head, a
    token. Arcs with one of `ignore_labels` are left out on the side where they stand,
    gold tokens without annotation on both. A predicted token or head that aligns with no single gold token is wrong,
    which the figures of single labels don't show.
    """
    unlabelled, labelled = PRFScore(), PRFScore()
    per_type: dict[str, PRFScore] = {}
    ignored, missing = set(as_names(ignore_labels)), frozenset(missing_values)
    for example in examples:
        gold, unknown = _gold_arcs(example, attr, getter, head_attr, head_getter, missing, ignored)
        found, lost = _found_arcs(example, attr, getter, head_attr, head_getter, unknown, ignored)
        gold_arcs, found_arcs = _all(gold), _all(found)
        unlabelled.score_set({arc[:2] for arc in found_arcs}, {arc[:2] for arc in gold_arcs})
        labelled.score_set(found_arcs, gold_arcs)
        unlabelled.fp += lost
        labelled.fp += lost
        for label in sorted({*gold, *found}):
            score = per_type.setdefault(label, PRFScore())
            score.score_set(found.get(label, set()), gold.get(label, set()))
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
) -> tuple[Arcs, set[int]]:
    arcs: Arcs = {}
    unknown: set[int] = set()
    for token in example.reference:
        label = getter(token, attr)
        if label in missing:
            unknown.add(token.i)
        elif label not in ignored:
            arc = (token.i, head_getter(token, head_attr).i, label)
            arcs.setdefault(label, set()).add(arc)
    return arcs, unknown


def _found_arcs(
    example: Example,
    attr: str,
    getter: Getter,
    head_attr: str,
    head_getter: Getter,
    unknown: set[int],
    ignored: set[str],
) -> tuple[Arcs, int]:
    """The predicted arcs between gold positions, and the number of those that can't be expressed there."""
    align = example.alignment.x2y
    lengths = np.asarray(align.lengths)
    space = is_space(example.predicted)
    arcs: Arcs = {}
    lost = 0
    for token in example.predicted:
        label = getter(token, attr)
        if space[token.i] or label in ignored:
            continue
        head = head_getter(token, head_attr)
        if lengths[token.i] != 1:
            lost += 1
            continue
        position = int(align[token.i][0])
        if position in unknown:
            continue
        if lengths[head.i] == 1:
            arcs.setdefault(label, set()).add((position, int(align[head.i][0]), label))
        else:
            lost += 1
    return arcs, lost


def _all(arcs: Arcs) -> set[Arc]:
    return {arc for part in arcs.values() for arc in part}
