"""The scores of documents, taken apart so that those of any selection of them are quickly had."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import isclose
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernel.scores.counts import Share
from kernel.scores.scorer import Scorer
from kernel.scores.tokens import score_tokenization
from kernel.training import Example
from kernel_measure.bootstrap import interval, ratios, resamples

Interval = tuple[float, float]
Score = Callable[[Sequence[Example]], Mapping[str, Any]]


class Kept:
    """A scorer that counts as a pipeline's own, and keeps the examples with what was predicted for them."""

    def __init__(self, nlp: Any) -> None:
        self._own = Scorer(nlp)
        self.examples: list[Example] = []

    def score(self, examples: Sequence[Example], *, per_component: bool = False) -> dict[str, Any]:
        """As of `Scorer`."""
        self.examples = [
            Example(example.predicted, example.reference, origin=example.origin) for example in examples
        ]
        return self._own.score(self.examples, per_component=per_component)


def scorers(nlp: Any) -> dict[str, Score]:
    """Component -> what gives its scores of examples; the tokenizer is one."""
    own = {name: component.score for name, component in nlp.pipeline if hasattr(component, "score")}
    return {"tokenizer": score_tokenization, **own}


def numbers_of(scores: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, float]]:
    """The numbers of a table of scores and of the tables in it, whose names have those of their tables before them, with a dot."""
    for name, value in scores.items():
        if isinstance(value, Mapping):
            yield from numbers_of(value, f"{before}{name}.")
        elif isinstance(value, int | float) and not isinstance(value, bool) and name != "speed":
            yield f"{before}{name}", value


def intervals(
    examples: Sequence[Example],
    score: Score,
    *,
    level: float,
    number: int,
    seed: int = 0,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, Interval]:
    """Score -> its interval over resamples of the examples. None is given of what isn't measured in any of them.

    score: gives the scores of examples. Most are shares of counts, which are taken of each document once and added up; what isn't, such
    as a mean over labels, is had by scoring each resample. progress: is told how many of those are done, of how many.
    """
    whole = dict(numbers_of(score(examples)))
    apart = [dict(numbers_of(score([example]))) for example in examples]
    names = [name for name, value in whole.items() if _adds_up(name, value, apart)]
    found: dict[str, Interval | None] = {}
    if names:
        parts, wholes = (_column(names, apart, side) for side in ("part", "whole"))
        shares = ratios(parts, wholes, number, seed)
        found = {name: interval(shares[:, place], level) for place, name in enumerate(names)}
    others = [name for name in whole if name not in found]
    if others:
        rows = list(_scored_again(examples, score, others, number, seed, progress))
        found |= {name: interval(np.array([row[name] for row in rows]), level) for name in others}
    return {name: bounds for name in whole if (bounds := found[name]) is not None}


def _adds_up(name: str, value: float, apart: Sequence[Mapping[str, float]]) -> bool:
    """Whether a score is the share of counts that are those of single documents, added up."""
    each = [row[name] for row in apart if name in row]
    if not isinstance(value, Share) or not all(isinstance(one, Share) for one in each):
        return False
    part, whole = (sum(getattr(one, side) for one in each) for side in ("part", "whole"))
    return isclose(value, part / whole if whole else 0.0, rel_tol=1e-9)


def _column(names: Sequence[str], apart: Sequence[Mapping[str, Any]], side: str) -> NDArray[np.int64]:
    return np.array([[getattr(row.get(name), side, 0) for name in names] for row in apart])


def _scored_again(
    examples: Sequence[Example],
    score: Score,
    names: Sequence[str],
    number: int,
    seed: int,
    progress: Callable[[int, int], None],
) -> Iterator[dict[str, float]]:
    done = 0
    for block in resamples(len(examples), number, seed):
        for counts in block:
            drawn = [examples[place] for place in np.repeat(np.arange(len(examples)), counts).tolist()]
            scores = dict(numbers_of(score(drawn)))
            yield {name: float(scores.get(name, np.nan)) for name in names}
            done += 1
            progress(done, number)
