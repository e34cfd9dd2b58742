"""Scores of entities, spans and sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from kernel.scores.counts import PRFScore, Scores, by_type, prefixed

if TYPE_CHECKING:
    from kernel.tokens.example import Example


def score_ents(examples: Iterable[Example], **cfg: Any) -> Scores:
    """`ents_p`, `ents_r`, `ents_f` over (label, start, end), and `ents_per_type`.

    Documents without entity annotation are left out. A prediction on gold tokens whose annotation is missing is
    neither right nor wrong. Every gold entity that is not found counts, also one that the predicted tokens can't
    express.
    """
    per_type: dict[str, PRFScore] = {}
    for example in examples:
        if not example.reference.has_annotation("ENT_IOB"):
            continue
        gold = {(span.label_, span.start, span.end) for span in example.reference.ents}
        annotated = np.asarray(example.reference.to_array("ENT_IOB")) != 0
        align = example.alignment.x2y
        for span in example.predicted.ents:
            tokens = align[span.start : span.end]
            if not len(tokens) or not annotated[tokens[0] : tokens[-1] + 1].all():
                continue
            score = per_type.setdefault(span.label_, PRFScore())
            key = (span.label_, int(tokens[0]), int(tokens[-1]) + 1)
            if key in gold:
                gold.discard(key)
                score.tp += 1
            else:
                score.fp += 1
        for label, _, _ in gold:
            per_type.setdefault(label, PRFScore()).fn += 1
    total = sum(per_type.values(), PRFScore())
    return {**prefixed("ents", total), "ents_per_type": by_type(per_type)}


def score_spans(
    examples: Iterable[Example],
    attr: str,
    *,
    getter: Callable[[Any, str], Iterable[Any]] = getattr,
    has_annotation: Callable[[Any], bool] | None = None,
    labeled: bool = True,
    allow_overlap: bool = False,
    **cfg: Any,
) -> Scores:
    """`{attr}_p`, `{attr}_r`, `{attr}_f` over spans, and `{attr}_per_type` if `labeled`.

    `getter(doc, attr)` gives the spans of a document. Documents for which `has_annotation` is false are left out.
    Predicted spans are compared where they align with gold tokens of the same text.
    """
    total = PRFScore()
    per_type: dict[str, PRFScore] = {}
    for example in examples:
        if has_annotation is not None and not has_annotation(example.reference):
            continue
        gold = {_key(span, labeled) for span in getter(example.reference, attr)}
        spans: Iterable[Any] = ()
        if has_annotation is None or has_annotation(example.predicted):
            spans = getter(example.predicted, attr)
        found = {_key(span, labeled) for span in example.get_aligned_spans_x2y(spans, allow_overlap)}
        total.score_set(found, gold)
        for key in gold | found:
            score = per_type.setdefault(key[0], PRFScore())
            score += PRFScore(tp=key in gold and key in found, fp=key not in gold, fn=key not in found)
    scores = prefixed(attr, total)
    if labeled:
        scores[f"{attr}_per_type"] = by_type(per_type)
    return scores


def _key(span: Any, labeled: bool) -> tuple[str, int, int]:
    return (span.label_ if labeled else "", span.start, span.end)


def weights_of_group(weights: Mapping[str, float | None], declared: str, key: str) -> dict[str, float | None]:
    """The weights of scores where those of one group of `doc.spans` have the names of another: `spans_{key}_f`.

    declared: the group that the weights are declared for.
    """
    before, after = f"spans_{declared}_", f"spans_{key}_"
    return {
        after + name.removeprefix(before) if name.startswith(before) else name: weight
        for name, weight in weights.items()
    }
