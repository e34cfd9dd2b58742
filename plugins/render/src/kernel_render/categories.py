"""The categories of a text: a table of labels and scores, with a bar for each, the highest first."""

from collections.abc import Iterator, Mapping
from typing import Any

from kernel_render.colors import Colors
from kernel_render.markup import Drawing, filled
from kernel_render.settings import direction_of, language_of

# From here on a score counts as a yes, where gold and predicted ones are compared and several may hold.
_YES = 0.5


def draw_categories(parsed: Mapping[str, Any], options: Mapping[str, Any]) -> Drawing:
    """A text and its categories, from the data that `parse_cats` gives.

    parsed: "text", which may be left out; "cats", label -> score from 0 to 1; perhaps "gold", the same of the gold annotation;
    "title"; "settings". options: "colors".
    """
    return filled(
        "categories.html.jinja",
        title=parsed.get("title"),
        direction=direction_of(parsed),
        language=language_of(parsed),
        text=str(parsed.get("text", "")),
        rows=_rows(parsed["cats"], parsed.get("gold"), Colors(options.get("colors"))),
        has_gold=parsed.get("gold") is not None,
    )


def _rows(
    scores: Mapping[str, float], gold: Mapping[str, float] | None, colors: Colors
) -> Iterator[dict[str, Any]]:
    wanted = None if gold is None else _chosen(gold, gold)
    found = None if gold is None else _chosen(scores, gold)
    labels = dict.fromkeys([*sorted(scores, key=lambda label: -scores[label]), *(gold or {})])
    for label in labels:
        score, right = scores.get(label), None if gold is None else gold.get(label)
        differs = wanted is not None and found is not None and (label in wanted) != (label in found)
        yield {
            "label": label,
            "score": score,
            "share": 0.0 if score is None else 100 * min(1.0, max(0.0, score)),
            "gold": right,
            "differs": differs,
            "colors": colors.of(label),
        }


def _chosen(scores: Mapping[str, float], gold: Mapping[str, float]) -> set[str]:
    """The categories that hold: where one of the gold ones does, the one with the highest score, else all from a half on."""
    if sorted(gold.values()) == [0.0] * (len(gold) - 1) + [1.0]:
        return {max(scores, key=lambda label: scores[label])} if scores else set()
    return {label for label, score in scores.items() if score >= _YES}
