"""What a pipeline found against the gold annotation of the same text: right, missed and wrong, side by side."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate, pairwise
from typing import Any

from kernel.errors import UsageError
from kernel.tokens import Doc, Span
from kernel.training import Example
from kernel_render.bars import KINDS
from kernel_render.categories import draw_categories
from kernel_render.markup import Drawing, filled
from kernel_render.parsing import get_doc_settings
from kernel_render.spans import draw_spans
from kernel_render.trees import draw_tree

ENTITIES = "entities"


def parse_differences(example: Example, options: Mapping[str, Any] = {}) -> dict[str, Any]:
    """What differs in an example, as data that `draw_differences` takes.

    {"groups": name -> data for `draw_spans`, "trees": data for `draw_tree`, a sentence each, "cats": data for `draw_categories` or None,
    "counts": name -> kind -> number, "title", "settings"}. Compared is what the gold document is annotated with. `UsageError` if the
    two texts are not the same.
    """
    gold, predicted = example.reference, example.predicted
    if gold.text != predicted.text:
        raise UsageError(
            "the gold and the predicted document have different texts, so what differs can't be drawn"
        )
    settings = get_doc_settings(predicted)
    title = predicted.user_data.get("title") or gold.user_data.get("title")
    groups: dict[str, Any] = {}
    counts: dict[str, Counter[str]] = {}
    pieces = _Pieces(predicted, gold)
    for name, right, found in _groups(gold, predicted):
        spans = list(_compared(right, found, _unannotated(gold) if name == ENTITIES else []))
        groups[name] = {**pieces.described(spans), "settings": settings}
        counts[name] = Counter(span["kind"] for span in spans)
    trees: list[dict[str, Any]] = []
    if gold.has_annotation("DEP") and [token.idx for token in gold] == [token.idx for token in predicted]:
        trees = list(_trees(gold, predicted, settings))
        counts["dependencies"] = Counter(arc["kind"] for tree in trees for arc in tree["arcs"])
    cats = None
    if gold.cats:
        cats = {"cats": dict(predicted.cats), "gold": dict(gold.cats), "settings": settings}
    return {
        "groups": groups,
        "trees": trees,
        "cats": cats,
        "counts": counts,
        "title": title,
        "settings": settings,
        "text": gold.text,
    }


def draw_differences(parsed: Mapping[str, Any], options: Mapping[str, Any]) -> Drawing:
    """What differs, from the data that `parse_differences` gives. options: those of spans and trees."""
    return filled(
        "differences.html.jinja",
        title=parsed.get("title"),
        settings=parsed["settings"],
        text=parsed["text"],
        groups={name: draw_spans(group, options) for name, group in parsed["groups"].items()},
        trees=[draw_tree(tree, options) for tree in parsed["trees"]],
        cats=None if parsed["cats"] is None else draw_categories(parsed["cats"], options),
        counts={name: _said(counts) for name, counts in parsed["counts"].items()},
    )


def _said(counts: Mapping[str, int]) -> str:
    return (
        ", ".join(f"{KINDS[kind][0]} {counts[kind]:,} {kind}" for kind in KINDS if counts.get(kind)) or "none"
    )


Place = tuple[int, int, str]
"""Start and end in characters, and label."""


def _groups(gold: Doc, predicted: Doc) -> Iterator[tuple[str, Iterable[Span], Iterable[Span]]]:
    """Entities and groups of spans that the gold document is annotated with: name, gold ones, predicted ones."""
    if gold.has_annotation("ENT_IOB"):
        yield ENTITIES, gold.ents, predicted.ents
    for key in gold.spans:
        yield f"spans {key}", gold.spans[key], predicted.spans.get(key, ())


def _unannotated(gold: Doc) -> list[tuple[int, int]]:
    """Where entities are not annotated: (start, end) of tokens, in characters."""
    return [(token.idx, token.idx + len(token)) for token in gold if token.ent_iob == 0]


def _compared(
    right: Iterable[Span], found: Iterable[Span], unknown: list[tuple[int, int]]
) -> Iterator[dict[str, Any]]:
    """Every span of either side once for each time that it is there, with its kind."""
    wanted, got = Counter(map(_place, right)), Counter(map(_place, found))
    starts = sorted(start for start, _ in unknown)
    for place in sorted(wanted.keys() | got.keys()):
        start, end, label = place
        nowhere_said = bisect_left(starts, start) < bisect_left(starts, end)
        for kind, number in (
            ("right", min(wanted[place], got[place])),
            ("missed", wanted[place] - got[place]),
            ("unknown" if nowhere_said else "wrong", got[place] - wanted[place]),
        ):
            for _ in range(max(0, number)):
                yield {"start": start, "end": end, "label": label, "kind": kind}


def _place(span: Span) -> Place:
    return span.start_char, span.end_char, span.label_


class _Pieces:
    """The text cut wherever a token of either document begins or ends, so that spans of both can be drawn in it."""

    def __init__(self, *docs: Doc) -> None:
        text = docs[0].text
        cuts = {0, len(text)}
        for doc in docs:
            for token in doc:
                cuts |= {token.idx, token.idx + len(token)}
        self._cuts = sorted(cuts)
        self._number = {cut: number for number, cut in enumerate(self._cuts)}
        self._texts = [text[start:end] for start, end in pairwise(self._cuts)]

    def described(self, spans: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
        """Data for `draw_spans`."""
        placed = [
            {**span, "start_token": self._number[span["start"]], "end_token": self._number[span["end"]]}
            for span in spans
        ]
        return {"tokens": self._texts, "spaces": [False] * len(self._texts), "spans": placed}


Arc = tuple[int, int, str, str]
"""Left word, right word, direction, label."""


def _trees(gold: Doc, predicted: Doc, settings: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The sentences of the gold document with the arcs of both trees; those that an arc connects are drawn as one."""
    wanted, got = Counter(_arcs(gold)), Counter(_arcs(predicted))
    arcs = sorted(wanted.keys() | got.keys())
    over = [0] * (len(gold) + 2)
    for left, right, *_ in arcs:
        over[left + 1] += 1
        over[right + 1] -= 1
    crossed = list(accumulate(over))
    starts = [
        0,
        *(sentence.start for sentence in gold.sents if sentence.start and not crossed[sentence.start]),
    ]
    inside: list[list[dict[str, Any]]] = [[] for _ in starts]
    for arc in arcs:
        left, right, direction, label = arc
        sentence = bisect_right(starts, left) - 1
        first = starts[sentence]
        drawn = {"start": left - first, "end": right - first, "label": label, "dir": direction}
        both = min(wanted[arc], got[arc])
        for kind, number in (("right", both), ("missed", wanted[arc] - both), ("wrong", got[arc] - both)):
            inside[sentence] += [{**drawn, "kind": kind}] * number
    for number, (start, end) in enumerate(pairwise([*starts, len(gold)])):
        words = [{"text": token.text, "tag": token.pos_} for token in predicted[start:end]]
        yield {"words": words, "arcs": inside[number], "settings": settings}


def _arcs(doc: Doc) -> Iterator[Arc]:
    """The arc of each token that has a head."""
    for token in doc:
        place, head = token.i, token.head.i
        if place != head:
            yield min(place, head), max(place, head), "left" if place < head else "right", token.dep_
