"""Scores of tokenization and of token attributes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kernel.scores.counts import PRFScore, Scores, by_type, prefixed

if TYPE_CHECKING:
    from kernel.tokens import Doc
    from kernel.tokens.example import Example

Getter = Callable[[Any, str], Any]
# Attribute values that mean "not annotated".
MISSING: frozenset[Any] = frozenset({None, "", 0})


def score_tokenization(examples: Iterable[Example], **cfg: Any) -> Scores:
    """`token_acc`, and `token_p`, `token_r`, `token_f`.

    The accuracy is the share of predicted tokens that align with exactly one gold token; precision and recall are
    those of character spans. Whitespace tokens are left out, and so are documents whose spacing is unknown.
    """
    aligned, spans = PRFScore(), PRFScore()
    for example in examples:
        if example.reference.has_unknown_spaces:
            continue
        visible = ~is_space(example.predicted)
        single = int(np.count_nonzero(example.alignment.x2y.lengths[visible] == 1))
        aligned += PRFScore(tp=single, fp=int(visible.sum()) - single)
        spans.score_set(_offsets(example.predicted), _offsets(example.reference))
    return {"token_acc": aligned.precision if len(aligned) else None, **prefixed("token", spans)}


def score_token_attr(
    examples: Iterable[Example],
    attr: str,
    *,
    getter: Getter = getattr,
    missing_values: Iterable[Any] = MISSING,
    **cfg: Any,
) -> Scores:
    """`{attr}_acc`: the F-score over pairs of gold token and value, which is the accuracy if the tokens agree.

    Predicted tokens count if they align with one gold token, are no whitespace, and the gold value is not missing.
    `getter(token, attr)` gives a value; without one of your own, whole columns are compared.
    """
    score = PRFScore()
    missing = frozenset(missing_values)
    for example in examples:
        gold, known = values_of(example.reference, attr, getter, missing)
        found, _ = values_of(example.predicted, attr, getter, missing)
        x, y = aligned_tokens(example)
        counted = known[y]
        x, y = x[counted], y[counted]
        right = found[x] == gold[y]
        # Several predicted tokens may fall into one gold token; equal answers are one answer.
        right_tokens = len(np.unique(y[right]))
        wrong_answers = len(set(zip(y[~right].tolist(), found[x][~right].tolist(), strict=True)))
        score += PRFScore(tp=right_tokens, fp=wrong_answers, fn=int(known.sum()) - right_tokens)
    return {f"{attr}_acc": score.fscore if len(score) else None}


def score_token_attr_per_feat(
    examples: Iterable[Example],
    attr: str,
    *,
    getter: Getter = getattr,
    missing_values: Iterable[Any] = MISSING,
    **cfg: Any,
) -> Scores:
    """`{attr}_micro_p/r/f` over single features of values such as `Case=Nom|Number=Sing`, and `{attr}_per_feat`."""
    total = PRFScore()
    per_feature: dict[str, PRFScore] = {}
    missing = frozenset(missing_values)
    for example in examples:
        gold_values = [str(getter(token, attr) or "") for token in example.reference]
        values = [str(getter(token, attr) or "") for token in example.predicted]
        gold = {(i, *feature) for i, value in enumerate(gold_values) for feature in _features(value, missing)}
        x, y = aligned_tokens(example)
        found = {
            (j, *feature)
            for i, j in zip(x.tolist(), y.tolist(), strict=True)
            if gold_values[j] not in missing
            for feature in _features(values[i], missing)
        }
        total.score_set(found, gold)
        for item in gold | found:
            score = per_feature.setdefault(item[1], PRFScore())
            score += PRFScore(tp=item in gold and item in found, fp=item not in gold, fn=item not in found)
    return {**prefixed(f"{attr}_micro", total), f"{attr}_per_feat": by_type(per_feature)}


def aligned_tokens(example: Example) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Positions of predicted tokens, whitespace left out, that lie in one gold token, and of that gold token."""
    align = example.alignment.x2y
    lengths = np.asarray(align.lengths)
    x = np.flatnonzero((lengths == 1) & ~is_space(example.predicted))
    starts = np.cumsum(lengths) - lengths
    return x, np.asarray(align.data)[starts[x]].astype(np.intp)


def values_of(
    doc: Doc, attr: str, getter: Getter, missing: frozenset[Any]
) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """The value of every token, and whether it is annotated."""
    if getter is getattr and missing == MISSING:
        column = np.asarray(doc.to_array(attr.upper()))
        return column, column != 0
    values = np.empty(len(doc), dtype=object)
    values[:] = [getter(token, attr) for token in doc]
    return values, np.asarray([value not in missing for value in values], dtype=bool)


def is_space(doc: Doc) -> NDArray[np.bool_]:
    """Which tokens consist of whitespace."""
    return np.asarray(doc.to_array("IS_SPACE")).astype(bool)


def _offsets(doc: Doc) -> set[tuple[int, int]]:
    return {(token.idx, token.idx + len(token)) for token in doc if not token.is_space}


def _features(value: str, missing: frozenset[Any]) -> Iterator[tuple[str, str]]:
    if value in missing:
        return
    for feature in value.split("|"):
        name, _, setting = feature.partition("=")
        # One feature may have several values: Case=Acc,Dat.
        for part in setting.split(","):
            yield name, part
