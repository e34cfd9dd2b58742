"""Scores of text categories."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from kernel.errors import UsageError
from kernel.scores.counts import PRFScore, ROCAUCScore, Scores, figures, prefixed

if TYPE_CHECKING:
    from kernel.tokens.example import Example

Cats = dict[str, float]


def score_cats(
    examples: Iterable[Example],
    attr: str = "cats",
    *,
    getter: Callable[[Any, str], Cats] = getattr,
    labels: Sequence[str] = (),
    multi_label: bool = True,
    positive_label: str | None = None,
    threshold: float | None = None,
    **cfg: Any,
) -> Scores:
    """Precision, recall and F-score per label, pooled (micro) and averaged over labels (macro), and ROC-AUC.

    With `multi_label` a label is predicted if its score reaches `threshold` (default 0.5), and labels that the gold
    document doesn't mention are left out; otherwise only the best of `labels` on each side counts, whatever its score:
    `threshold` says nothing there. `{attr}_score` is the macro AUC with `multi_label`, the F-score of `positive_label`
    if one is given, else the macro F-score; `{attr}_score_desc` says which.

    What could not be measured is None: the AUC of a label without both positive and negative cases, or that no document
    was given a score for; the P, R and F of a label that neither side has; everything, where no gold document has any of
    the labels. Such a label counts 0 in the means over labels, as the field has it, so that figures can be compared; a
    mean of which nothing was measured is None.
    """
    if positive_label is not None and positive_label not in labels:
        raise UsageError(
            f"the positive label '{positive_label}' is not among the labels: {', '.join(labels)}"
        )
    if threshold is None:
        threshold = 0.5
    prf = {label: PRFScore() for label in labels}
    auc = {label: ROCAUCScore() for label in labels}
    is_counted, predicted = False, set[str]()
    for example in examples:
        found, gold = getter(example.predicted, attr), getter(example.reference, attr)
        # Other components may have categories of their own.
        found, gold = _among(found, prf), _among(gold, prf)
        predicted.update(found)
        # A document that nobody annotated says nothing against a prediction.
        if not gold:
            continue
        is_counted = True
        for label in labels:
            truth = gold.get(label) if multi_label else gold.get(label, 0.0)
            if truth is not None:
                auc[label].score_set(found.get(label, 0.0), truth)
        if multi_label:
            _count_independent(prf, found, gold, threshold)
        else:
            _count_exclusive(prf, found, gold)
    areas = {
        label: score.score if label in predicted and score.is_binary() else None
        for label, score in auc.items()
    }
    scores = _report(attr, prf, areas, multi_label, positive_label)
    if not is_counted:
        return {name: value if name == f"{attr}_score_desc" else None for name, value in scores.items()}
    return scores


def _count_independent(prf: dict[str, PRFScore], found: Cats, gold: Cats, threshold: float) -> None:
    for label, score in prf.items():
        if label not in gold:
            continue
        predicted, true = found.get(label, 0.0) >= threshold, gold[label] > 0
        score.tp += predicted and true
        score.fp += predicted and not true
        score.fn += true and not predicted


def _count_exclusive(prf: dict[str, PRFScore], found: Cats, gold: Cats) -> None:
    best, truth = _best(found), _best(gold)
    if truth is not None and gold[truth] <= 0:
        truth = None
    if best is not None and best == truth:
        prf[best].tp += 1
        return
    if best is not None:
        prf[best].fp += 1
    if truth is not None:
        prf[truth].fn += 1


def _among(cats: Cats, labels: Container[str]) -> Cats:
    return {label: score for label, score in cats.items() if label in labels}


def _best(cats: Cats) -> str | None:
    return max(cats, key=cats.__getitem__) if cats else None


def _report(
    attr: str,
    prf: dict[str, PRFScore],
    areas: dict[str, float | None],
    multi_label: bool,
    positive_label: str | None,
) -> Scores:
    micro = sum(prf.values(), PRFScore())
    per_type = {label: figures(score) for label, score in prf.items()}
    macro = {key: _mean(row[key] for row in per_type.values()) for key in ("p", "r", "f")}
    macro_auc = _mean(areas.values())
    if multi_label:
        score, name = macro_auc, "macro AUC"
    elif positive_label is not None:
        score, name = per_type[positive_label]["f"], f"F ({positive_label})"
    else:
        score, name = macro["f"], "macro F"
    return {
        f"{attr}_score": score,
        f"{attr}_score_desc": name,
        **prefixed(f"{attr}_micro", micro),
        **{f"{attr}_macro_{key}": value for key, value in macro.items()},
        f"{attr}_macro_auc": macro_auc,
        f"{attr}_f_per_type": per_type,
        f"{attr}_auc_per_type": areas,
    }


def _mean(values: Iterable[float | None]) -> float | None:
    """The mean, what was not measured counting 0; None if nothing was measured."""
    found = list(values)
    measured = [value for value in found if value is not None]
    return sum(measured) / len(found) if measured else None
