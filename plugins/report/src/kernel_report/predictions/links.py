"""Links of entities to a knowledge base."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from kernel.training import Example
from kernel.vocab import attrs
from kernel_report.predictions.kind import Error, Mark, Outcome, Sides

# Of an entity that is in no knowledge base.
NIL = frozenset({"", "NIL"})


class Links:
    """Counted as `kernel.scores.links.score_links` does, of entities that both sides have. The labels are ids.

    negative: ids that say that there is no link.
    """

    name = "nel"
    title = "Links"
    unit = "links"
    lacks = "links of entities"
    labels: Sequence[str] = ()

    def __init__(self, negative: Collection[str] = NIL) -> None:
        self._negative = negative

    def compare(self, example: Example) -> Outcome | None:
        if attrs.ENT_KB_ID not in example.reference.columns:
            return None
        right, errors = Counter[str](), []
        for span, wanted, found in self._pairs(example):
            if wanted == found:
                right.update([wanted] if wanted is not None else [])
            else:
                how = "missed" if found is None else "extra" if wanted is None else "label"
                errors.append(Error(how, wanted, found, span.start_char, span.end_char))
        return Outcome(right, errors)

    def sides(self, example: Example) -> Sides:
        pairs = list(self._pairs(example))
        return Sides(
            [_mark(span, wanted, wanted == found) for span, wanted, found in pairs],
            [_mark(span, found, wanted == found) for span, wanted, found in pairs],
        )

    def _pairs(self, example: Example) -> Iterator[tuple[Any, str | None, str | None]]:
        """The gold entities that are predicted too, with the ids of both sides, None for no link."""
        gold = {(span.start_char, span.end_char): span for span in example.reference.ents}
        for span in example.predicted.ents:
            same = gold.get((span.start_char, span.end_char))
            if same is not None:
                yield same, self._link(same.kb_id_), self._link(span.kb_id_)

    def _link(self, name: str) -> str | None:
        return None if name in self._negative else name


def _mark(span: Any, name: str | None, is_right: bool) -> Mark:
    return Mark(span.start_char, span.end_char, "no link" if name is None else name, is_right)
