"""Dependencies: the head of each token, and the label of the arc to it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from kernel.scores.tokens import is_space
from kernel.tokens import Doc
from kernel.training import Example
from kernel_report.predictions.kind import Error, Mark, Outcome, Sides
from kernel_report.predictions.pairing import offsets

IGNORED = frozenset({"p", "punct"})
_LONGEST_HEAD = 20
# Token -> (head, label) of its arcs.
Arcs = dict[int, set[tuple[int, str]]]


class Dependencies:
    """Counted as `kernel.scores.deps.score_deps` does: head and label must be right. Labels are in lower case; `punct` doesn't count."""

    name = "dep"
    title = "Dependencies"
    unit = "arcs"
    lacks = "annotated dependencies"

    def __init__(self, labels: Sequence[str] = ()) -> None:
        self.labels: Sequence[str] = sorted({label.lower() for label in labels} - IGNORED)

    def compare(self, example: Example) -> Outcome | None:
        gold, unknown = _gold(example.reference)
        if len(unknown) == len(example.reference):
            return None
        found, lost = _found(example, unknown)
        right, errors, places = Counter[str](), list[Error](), offsets(example.reference)
        for place in sorted({*gold, *found}):
            wanted, said = gold.get(place, set()), found.get(place, set())
            right.update(label for _, label in wanted & said)
            errors += _errors(places[place], sorted(wanted - said), sorted(said - wanted))
        return Outcome(right, errors, lost)

    def sides(self, example: Example) -> Sides:
        """Tokens whose arcs differ are marked."""
        gold, unknown = _gold(example.reference)
        found, _ = _found(example, unknown)
        doc = example.reference
        places = [place for place in sorted({*gold, *found}) if gold.get(place) != found.get(place)]
        return Sides(_marks(doc, gold, places), _marks(doc, found, places))


def _gold(doc: Doc) -> tuple[Arcs, set[int]]:
    """The arcs that count, and the tokens whose arcs are not known."""
    arcs: Arcs = {}
    labels, heads = _labels(doc), _heads(doc)
    for place, label in enumerate(labels):
        if label and label not in IGNORED:
            arcs[place] = {(heads[place], label)}
    return arcs, {place for place, label in enumerate(labels) if not label}


def _found(example: Example, unknown: set[int]) -> tuple[Arcs, int]:
    """The predicted arcs between gold tokens, and the number of those that can't be said of them."""
    doc, align = example.predicted, example.alignment.x2y
    single, space = (np.asarray(align.lengths) == 1).tolist(), is_space(doc).tolist()
    labels, heads = _labels(doc), _heads(doc)
    arcs: Arcs = defaultdict(set)
    lost = 0
    for token, label in enumerate(labels):
        if space[token] or label in IGNORED:
            continue
        if not single[token]:
            lost += 1
            continue
        place = int(align[token][0])
        if place in unknown:
            continue
        if single[heads[token]]:
            arcs[place].add((int(align[heads[token]][0]), label))
        else:
            lost += 1
    return dict(arcs), lost


def _labels(doc: Doc) -> list[str]:
    values = np.asarray(doc.to_array("DEP"))
    strings = doc.vocab.strings
    texts = {value: strings[value].lower() if value else "" for value in np.unique(values).tolist()}
    return [texts[value] for value in values.tolist()]


def _heads(doc: Doc) -> list[int]:
    relative: Any = np.asarray(doc.to_array("HEAD")).astype(np.int64)
    places: list[int] = (np.arange(len(doc)) + relative).tolist()
    return places


def _errors(
    where: tuple[int, int], wanted: list[tuple[int, str]], said: list[tuple[int, str]]
) -> list[Error]:
    found = []
    for (head, label), (other, told) in zip(wanted, said, strict=False):
        how = "label" if head == other else "head" if label == told else "label and head"
        found.append(Error(how, label, told, *where))
    found += [Error("missed", label, None, *where) for _, label in wanted[len(said) :]]
    found += [Error("extra", None, label, *where) for _, label in said[len(wanted) :]]
    return found


def _marks(doc: Doc, arcs: Arcs, places: list[int]) -> list[Mark]:
    where = offsets(doc)
    return [
        Mark(*where[place], f"{label} → {_head(doc, place, head)}", False)
        for place in places
        for head, label in sorted(arcs.get(place, ()))
    ]


def _head(doc: Doc, place: int, head: int) -> str:
    if place == head:
        return "itself"
    text = doc[head].text
    return text if len(text) <= _LONGEST_HEAD else text[:_LONGEST_HEAD] + "…"
