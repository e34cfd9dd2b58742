"""Which kinds of annotation a pipeline is scored on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from kernel_report.predictions.arcs import Dependencies
from kernel_report.predictions.categories import Categories
from kernel_report.predictions.entities import Entities
from kernel_report.predictions.features import Features
from kernel_report.predictions.kind import Kind
from kernel_report.predictions.links import Links
from kernel_report.predictions.sentences import Sentences
from kernel_report.predictions.span_group import SpanGroup
from kernel_report.predictions.token_values import TITLES, TokenValues

_SPANS = re.compile(r"spans_(.+)_f")


def kinds_of(pipeline: Any) -> tuple[dict[str, Kind], dict[str, list[str]]]:
    """Name -> kind, in the order of the pipeline, and name -> the components that are scored on it.

    A component says by the names of its scores what it is scored on, so it need not be one of ours; a pipeline without
    components has none.
    """
    kinds: dict[str, Kind] = {}
    components: dict[str, list[str]] = {}
    for name, component in getattr(pipeline, "pipeline", ()):
        for kind in _kinds(component):
            kinds.setdefault(kind.name, kind)
            components.setdefault(kind.name, []).append(name)
    return kinds, components


def _kinds(component: Any) -> Iterator[Kind]:
    scores = _scores(component)
    labels = [] if getattr(component, "hide_labels", False) else list(getattr(component, "labels", ()))
    settings: Mapping[str, Any] = getattr(component, "cfg", {})
    if "ents_f" in scores:
        yield Entities(labels)
    for score in scores:
        spans = _SPANS.fullmatch(score)
        if spans is not None:
            key = spans[1]
            yield SpanGroup(key, labels, is_labelled=f"spans_{key}_per_type" in scores)
    for attr in TITLES:
        if f"{attr}_acc" in scores:
            yield TokenValues(attr, labels if attr == "tag" and "pos_acc" not in scores else ())
    if "morph_per_feat" in scores:
        yield Features()
    if "dep_las" in scores:
        yield Dependencies(labels)
    if "sents_f" in scores:
        yield Sentences()
    if "cats_score" in scores:
        is_exclusive = scores.get("cats_score_desc") != "macro AUC"
        yield Categories(labels, is_exclusive=is_exclusive, threshold=settings.get("threshold"))
    if "nel_score" in scores:
        yield Links()


def _scores(component: Any) -> Mapping[str, Any]:
    """What a component's scores are called: those of no documents."""
    if not hasattr(component, "score"):
        return {}
    try:
        found: Mapping[str, Any] = component.score([])
    except Exception:  # noqa: BLE001 (a scorer of somebody's that needs documents; its scores are in the history all the same)
        return {}
    return found
