"""Scores of links: which entry of a knowledge base each entity is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from kernel.scores.counts import PRFScore, Scores, by_type, prefixed
from kernel.vocab import attrs

if TYPE_CHECKING:
    from kernel.tokens.example import Example


def score_links(examples: Iterable[Example], *, negative_labels: Iterable[str], **cfg: Any) -> Scores:
    """`nel_micro_p`, `nel_micro_r`, `nel_micro_f`, their means over labels `nel_macro_*`, `nel_f_per_type`; `nel_score` is `nel_micro_f`.

    Compared are the predicted entities that the gold document has with the same characters, so that errors in finding entities don't
    count. negative_labels: ids that say that there is no link, as does an empty one. An entity without a link on either side is
    neither right nor wrong. Documents in which no entity has been linked are left out.
    """
    negative = {"", *negative_labels}
    per_type: dict[str, PRFScore] = {}
    for example in examples:
        if attrs.ENT_KB_ID not in example.reference.columns:
            continue
        gold = {(span.start_char, span.end_char): span for span in example.reference.ents}
        for span in example.predicted.ents:
            right = gold.get((span.start_char, span.end_char))
            if right is None:
                continue
            wanted, found = right.kb_id_, span.kb_id_
            score = per_type.setdefault(right.label_, PRFScore())
            score.tp += wanted == found and wanted not in negative
            score.fp += wanted != found and found not in negative
            score.fn += wanted != found and wanted not in negative
    total = sum(per_type.values(), PRFScore())
    counted = [score for score in per_type.values() if len(score)]
    micro = prefixed("nel_micro", total)
    macro: Scores = {f"nel_macro_{key}": None for key in "prf"}
    if counted:
        macro = {f"nel_macro_{key}": sum(s.to_dict()[key] for s in counted) / len(counted) for key in "prf"}
    return {
        "nel_score": micro["nel_micro_f"],
        "nel_score_desc": "micro F",
        **micro,
        **macro,
        "nel_f_per_type": by_type({label: score for label, score in per_type.items() if len(score)}),
    }
