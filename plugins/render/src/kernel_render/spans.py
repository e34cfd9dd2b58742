"""Spans that may overlap: under each token a row for each span, with a bar as long as the span and a label where it begins."""

from collections.abc import Mapping, Sequence
from typing import Any

from kernel.errors import UsageError
from kernel_render.bars import pieces
from kernel_render.colors import Colors
from kernel_render.css import checked_number
from kernel_render.markup import Drawing, filled
from kernel_render.runs import runs
from kernel_render.settings import direction_of, language_of

_ROW = "1.55em"


def draw_spans(parsed: Mapping[str, Any], options: Mapping[str, Any]) -> Drawing:
    """A text with its spans, from the data that `parse_spans` gives.

    parsed: "tokens", a list of strings; "spans", a list of dicts with "start_token", "end_token" and "label", which may have
    "kb_id", "kb_url" and "kind" (a key of `bars.KINDS`); "spaces", whether one follows each token, by default always; "title"; "settings".
    options: "colors"; in pixels "top_offset", from the top of a word to its first bar, "top_offset_step", from bar to bar, and
    "span_label_offset", below the last bar. `UsageError` if a span lies outside of the text.
    """
    tokens = [str(token) for token in parsed["tokens"]]
    spans = _checked(parsed["spans"], len(tokens))
    direction = direction_of(parsed)
    spaces = parsed.get("spaces") or [True] * len(tokens)
    height = _pixels(options, "top_offset_step") or _ROW
    drawn = list(pieces(tokens, spaces, spans, Colors(options.get("colors")), height))
    return filled(
        "spans.html.jinja",
        title=parsed.get("title"),
        direction=direction,
        language=language_of(parsed),
        runs=runs(drawn, direction),
        height=height,
        text_height=_pixels(options, "top_offset"),
        below=_pixels(options, "span_label_offset"),
    )


def _pixels(options: Mapping[str, Any], name: str) -> str:
    """An option as CSS; "" where the caller has not set it."""
    return f"{checked_number(options[name], f'the option {name}'):g}px" if name in options else ""


def _checked(spans: Sequence[Mapping[str, Any]], length: int) -> list[Mapping[str, Any]]:
    for span in spans:
        start, end = span["start_token"], span["end_token"]
        if not 0 <= start < end <= length:
            raise UsageError(f"a span from token {start} to {end} doesn't lie in the text of {length} tokens")
    # Spans of the same words lie in the same order, whoever made the list.
    return sorted(spans, key=lambda each: (each["start_token"], -each["end_token"], str(each["label"])))
