"""Single features of morphology: `Case=Nom` of `Case=Nom|Number=Sing`."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernel.scores.tokens import MISSING, aligned_tokens, values_of
from kernel.tokens import Doc
from kernel.tokens.morph import EMPTY
from kernel.training import Example
from kernel_report.predictions.kind import Error, Mark, Outcome, Sides
from kernel_report.predictions.pairing import offsets


class Features:
    """Counted as `kernel.scores.tokens.score_token_attr_per_feat` does, here for each value of a feature by itself."""

    name = "morph_features"
    title = "Morphological features"
    unit = "features"
    lacks = "morphology"
    labels: Sequence[str] = ()

    def compare(self, example: Example) -> Outcome | None:
        gold, answers = _sides(example)
        if not any(gold):
            return None
        right, errors = Counter[str](), list[Error]()
        same, places = Counter[str](), offsets(example.reference)
        for place, text in enumerate(gold):
            if not text:
                continue
            said = answers.get(place, set())
            if said == {text}:
                same[text] += 1
            else:
                solved, wrong = _compare(places[place], text, said)
                right.update(solved)
                errors += wrong
        for text, count in same.items():
            for feature in _features(text):
                right[feature] += count
        return Outcome(right, errors)

    def sides(self, example: Example) -> Sides:
        """Tokens whose features differ are marked with those that differ."""
        gold, answers = _sides(example)
        places = offsets(example.reference)
        ours: list[Mark] = []
        theirs: list[Mark] = []
        for place, text in enumerate(gold):
            wanted, said = (
                _features(text),
                {each for one in answers.get(place, ()) for each in _features(one)},
            )
            if text and wanted != said:
                where = places[place]
                ours.append(Mark(*where, "|".join(sorted(wanted - said)), False))
                theirs.append(Mark(*where, "|".join(sorted(said - wanted)), False))
        return Sides(ours, theirs)


def _sides(example: Example) -> tuple[list[str], dict[int, set[str]]]:
    """The features of each gold token, "" for none, and what was predicted for it."""
    gold, found = _texts(example.reference), _texts(example.predicted)
    x, y = aligned_tokens(example)
    answers: dict[int, set[str]] = defaultdict(set)
    for i, j in zip(x.tolist(), y.tolist(), strict=True):
        answers[j].add(found[i])
    return gold, answers


def _texts(doc: Doc) -> list[str]:
    values: NDArray[Any]
    values, _ = values_of(doc, "morph", getattr, MISSING)
    strings = doc.vocab.strings
    texts = {value: strings[value] if value else "" for value in np.unique(values).tolist()}
    return ["" if texts[value] == EMPTY else texts[value] for value in values.tolist()]


def _features(text: str) -> set[str]:
    return set(text.split("|")) if text else set()


def _compare(where: tuple[int, int], text: str, said: set[str]) -> tuple[list[str], list[Error]]:
    wanted, found = _features(text), {feature for one in said for feature in _features(one)}
    extra = sorted(found - wanted)
    errors = []
    for feature in sorted(wanted - found):
        name = feature.partition("=")[0]
        other = next((one for one in extra if one.partition("=")[0] == name), None)
        if other is not None:
            extra.remove(other)
        errors.append(Error("missed" if other is None else "label", feature, other, *where))
    errors += [Error("extra", None, feature, *where) for feature in extra]
    return sorted(wanted & found), errors
