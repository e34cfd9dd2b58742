"""One value of each token: tags, parts of speech, morphology, lemmas."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernel.scores.tokens import MISSING, aligned_tokens, values_of
from kernel.tokens import Doc
from kernel.training import Example
from kernel_report.predictions.kind import Error, Mark, Outcome, Sides
from kernel_report.predictions.pairing import offsets

TITLES = {"tag": "Tags", "pos": "Parts of speech", "morph": "Morphology", "lemma": "Lemmas"}
_LACKS = {"tag": "tags", "pos": "parts of speech", "morph": "morphology", "lemma": "lemmas"}


class TokenValues:
    """Counted as `kernel.scores.tokens.score_token_attr` does: once for each gold token with a value.

    attr: `tag`, `pos`, `morph` or `lemma`.
    """

    unit = "tokens"

    def __init__(self, attr: str, labels: Sequence[str] = ()) -> None:
        self.name = attr
        self.title = TITLES[attr]
        self.lacks = _LACKS[attr]
        self.labels = labels
        self._attr = attr

    def compare(self, example: Example) -> Outcome | None:
        gold, known = values_of(example.reference, self._attr, getattr, MISSING)
        if not known.any():
            return None
        y, found = self._answers(example, known)
        doc = example.reference
        texts = _texts(doc, np.concatenate([gold, found]))
        is_right = found == gold[y]
        solved = np.unique(y[is_right])
        values, counts = np.unique(gold[solved], return_counts=True)
        right = {texts[value]: count for value, count in zip(values.tolist(), counts.tolist(), strict=True)}
        if len(solved) == known.sum() and is_right.all():
            return Outcome(right)
        answers = sorted(set(zip(y[~is_right].tolist(), found[~is_right].tolist(), strict=True)))
        return Outcome(right, _errors(doc, gold, known, set(solved.tolist()), answers, texts))

    def sides(self, example: Example) -> Sides:
        """Tokens whose values differ are marked."""
        gold, known = values_of(example.reference, self._attr, getattr, MISSING)
        y, found = self._answers(example, known)
        doc = example.reference
        texts = _texts(doc, np.concatenate([gold, found]))
        wrong = found != gold[y]
        reached = set(y.tolist())
        unreached = [place for place in np.flatnonzero(known).tolist() if place not in reached]
        places: list[int] = sorted({*y[wrong].tolist(), *unreached})
        answers: list[tuple[int, Any]] = sorted(
            set(zip(y[wrong].tolist(), found[wrong].tolist(), strict=True))
        )
        where = offsets(doc)
        return Sides(
            [Mark(*where[place], texts[gold[place]], False) for place in places],
            [Mark(*where[place], texts[value], False) for place, value in answers],
        )

    def _answers(self, example: Example, known: NDArray[np.bool_]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Of the predicted tokens that count, the gold token of each, and the value."""
        values, _ = values_of(example.predicted, self._attr, getattr, MISSING)
        x, y = aligned_tokens(example)
        counted = known[y]
        return y[counted], values[x[counted]]


def _errors(
    doc: Doc,
    gold: NDArray[Any],
    known: NDArray[np.bool_],
    solved: set[int],
    answers: Sequence[tuple[int, Any]],
    texts: dict[Any, str],
) -> list[Error]:
    """answers: wrong ones, (gold token, value). A gold token is in one error with a gold label at most."""
    found, said, where = [], Counter[int](), offsets(doc)
    for place, value in answers:
        is_first = place not in solved and not said[place]
        said[place] += 1
        label = texts[gold[place]] if is_first else None
        found.append(Error("label" if is_first else "extra", label, texts[value], *where[place]))
    for place in np.flatnonzero(known).tolist():
        if place not in solved and not said[place]:
            found.append(Error("tokens", texts[gold[place]], None, *where[place]))
    return found


def _texts(doc: Doc, values: NDArray[Any]) -> dict[Any, str]:
    strings = doc.vocab.strings
    return {value: strings[value] if value else "" for value in np.unique(values).tolist()}
