"""Entities in a running text: marks with their labels. They don't overlap; `spans` draws those that do."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from kernel.errors import UsageError
from kernel.visible import visible_line
from kernel_render.colors import Colors, upper
from kernel_render.links import web_address
from kernel_render.markup import Drawing, filled
from kernel_render.settings import direction_of, language_of
from kernel_render.text import shown

_LINK = Markup(' <a style="text-decoration: none; color: inherit; font-weight: normal" href="{url}">{id}</a>')


def draw_entities(parsed: Mapping[str, Any], options: Mapping[str, Any]) -> Drawing:
    """A text with its entities, from the data that `parse_ents` gives.

    parsed: "text"; "ents", a list of dicts with "start" and "end" (characters) and "label", which may have "kb_id", "kb_url" and
    "params"; "title"; "settings". options: "ents", "colors", "template". `UsageError` if entities overlap or lie outside of the text.
    """
    colors = Colors(options.get("colors"))
    return filled(
        "entities.html.jinja",
        title=parsed.get("title"),
        direction=direction_of(parsed),
        language=language_of(parsed),
        pieces=_pieces(parsed, colors, upper(options.get("ents")), options.get("template")),
    )


def _pieces(
    parsed: Mapping[str, Any], colors: Colors, drawn: frozenset[str] | None, own: str | None
) -> Iterator[dict[str, Any]]:
    """The text between entities, and entities, in their order."""
    text = str(parsed["text"])
    offset = 0
    for entity in _checked(parsed["ents"], len(text)):
        start, end, label = entity["start"], entity["end"], str(entity["label"])
        if offset < start:
            yield {"text": text[offset:start]}
        offset = end
        if drawn is not None and label.upper() not in drawn:
            yield {"text": text[start:end]}
            continue
        known, url = entity.get("kb_id") or "", web_address(entity.get("kb_url"))
        found = {"text": text[start:end], "label": label, "id": known, "url": url, "colors": colors.of(label)}
        yield {"markup": _by_own_template(own, found, entity.get("params", {}))} if own else found
    if offset < len(text):
        yield {"text": text[offset:]}


def _checked(entities: Sequence[Mapping[str, Any]], length: int) -> list[Mapping[str, Any]]:
    ordered = sorted(entities, key=lambda each: (each["start"], each["end"]))
    before = 0
    for entity in ordered:
        start, end = entity["start"], entity["end"]
        if not 0 <= start <= end <= length:
            raise UsageError(
                f"an entity from {start} to {end} lies outside of the text of {length} characters"
            )
        if start < before:
            raise UsageError(
                f"the entity from {start} to {end} overlaps the one before it, which ends at {before}",
                hint='Draw them with style="span".',
            )
        before = end
    return ordered


def _by_own_template(own: str, entity: Mapping[str, Any], params: Mapping[str, Any]) -> Markup:
    """An entity by a template of the caller, who is trusted; what goes into it is escaped."""
    link = Markup("")
    if entity["id"]:
        text = shown(entity["id"])
        link = _LINK.format(url=entity["url"], id=text) if entity["url"] else Markup(" ") + text
    values = {
        "label": shown(entity["label"]),
        "text": shown(entity["text"]),
        "bg": entity["colors"].background,
        "kb_link": link,
        **params,
    }
    try:
        return Markup(own).format(**values)
    except (KeyError, IndexError, ValueError, AttributeError) as error:
        raise UsageError(
            f"the template of entities can't be filled: {visible_line(str(error))}",
            hint=f"It may have {', '.join('{' + name + '}' for name in values)}; braces that are to stay are written twice.",
        ) from error
