"""Scores of tokenization and of token attributes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kernel.scores.counts import PRFScore, Scores, by_type, prefixed
from kernel.tokens.morph import EMPTY

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
    """`{attr}_micro_p/r/f` over single features of values such as `Case=Nom|Number=Sing`, and `{attr}_per_feat`.

    A feature is right with all its values: `Case=Acc,Nom` is another one than `Case=Acc`. Tokens count as in
    `score_token_attr`; those whose gold value has no features don't. `getter(token, attr)` gives a text or its number.
    """
    missing = frozenset(missing_values)
    pairs: Counter[tuple[str, frozenset[str]]] = Counter()
    for example in examples:
        gold = _texts_of(example.reference, attr, getter, missing)
        found = _texts_of(example.predicted, attr, getter, missing)
        x, y = aligned_tokens(example)
        answers: dict[int, set[str]] = {}
        for i, j in zip(x.tolist(), y.tolist(), strict=True):
            answers.setdefault(j, set()).add(found[i])
        pairs.update((text, frozenset(answers.get(j, ()))) for j, text in enumerate(gold) if text)
    per_feature: dict[str, PRFScore] = {}
    for (text, values), count in pairs.items():
        right, said = _features(text), {feature for value in values for feature in _features(value)}
        for name, setting in right | said:
            score = per_feature.setdefault(name, PRFScore())
            given, wanted = (name, setting) in said, (name, setting) in right
            score += PRFScore(tp=count * (given and wanted), fp=count * (not wanted), fn=count * (not given))
    total = sum(per_feature.values(), PRFScore())
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


def _texts_of(doc: Doc, attr: str, getter: Getter, missing: frozenset[Any]) -> list[str]:
    """The value of every token as a text, empty if it is missing or has no features."""
    values, known = values_of(doc, attr, getter, missing)
    strings = doc.vocab.strings
    texts = {
        value: strings[value] if isinstance(value, int) else str(value) for value in set(values.tolist())
    }
    shown = zip(values.tolist(), known.tolist(), strict=True)
    return [texts[value] if sure and texts[value] != EMPTY else "" for value, sure in shown]


def _features(text: str) -> set[tuple[str, str]]:
    parts = (part.partition("=") for part in text.split("|")) if text else ()
    return {(name, setting) for name, _, setting in parts}
