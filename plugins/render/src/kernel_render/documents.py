"""Everything that a document is annotated with, drawn one below the other; and the styles by their names."""

from collections.abc import Iterator, Mapping
from typing import Any

from kernel.tokens import Doc
from kernel_render.categories import draw_categories
from kernel_render.entities import draw_entities
from kernel_render.markup import Drawing, filled
from kernel_render.parsing import get_doc_settings, parse_cats, parse_deps, parse_ents, parse_spans
from kernel_render.spans import draw_spans
from kernel_render.trees import draw_tree

STYLES = ("ent", "span", "dep", "cat")
"""The styles of a single document: what of it is drawn."""


def draw_document(doc: Doc, style: str | None = None, options: Mapping[str, Any] = {}) -> Drawing:
    """One kind of annotation of a document, or all that it has. A document that has none is its text.

    style: one of `STYLES`, or None. options: those of all styles.
    """
    parts = list(_parts(doc, style, options))
    return filled(
        "document.html.jinja",
        title=doc.user_data.get("title"),
        parts=parts,
        shows_text=any(kind != "categories" for kind, _ in parts),
        text=doc.text,
        settings=get_doc_settings(doc),
    )


def draw_sentences(doc: Doc, options: Mapping[str, Any]) -> Iterator[Drawing]:
    """The trees of a document, each sentence by itself; none if it has no dependencies."""
    for sentence in doc.sents if doc.has_annotation("DEP") else ():
        yield draw_tree(parse_deps(sentence, options), options)


def _parts(doc: Doc, style: str | None, options: Mapping[str, Any]) -> Iterator[tuple[str, list[Drawing]]]:
    """(what it is, drawings) of each kind that there is."""
    if style == "ent" or (style is None and doc.ents):
        yield "entities", [draw_entities(_untitled(parse_ents(doc, options)), options)]
    keys = [options["spans_key"]] if "spans_key" in options else list(doc.spans)
    for key in keys:
        if style in (None, "span") and key in doc.spans and len(doc.spans[key]):
            own = {**options, "spans_key": key}
            yield f"spans {key}", [draw_spans(_untitled(parse_spans(doc, own)), own)]
    if style == "cat" or (style is None and doc.cats):
        parsed = _untitled(parse_cats(doc, options))
        yield "categories", [draw_categories({**parsed, "text": ""}, options)]
    trees = list(draw_sentences(doc, options)) if style in (None, "dep") else []
    if trees:
        yield "dependencies", trees


def _untitled(parsed: dict[str, Any]) -> dict[str, Any]:
    """The same without the title, which stands above everything."""
    return {**parsed, "title": None}
