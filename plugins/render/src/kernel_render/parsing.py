"""What is drawn of documents, as plain data: the formats that callers may also write by hand."""

from collections.abc import Mapping
from typing import Any

from kernel.errors import warn
from kernel.tokens import Doc, Span, Token
from kernel_render.links import filled
from kernel_render.text import strong_direction

# Languages of which the rules know no direction: that of the text counts.
_ANY_LANGUAGE = ("", "xx")


def parse_deps(orig_doc: Doc | Span, options: Mapping[str, Any] = {}) -> dict[str, Any]:
    """{"words", "arcs", "settings", "title"} of a document or a span.

    options: "collapse_punct" (True: punctuation is drawn with the word before it), "collapse_phrases" (noun chunks are one word),
    "fine_grained" (tags and not parts of speech), "add_lemma".
    """
    whole = orig_doc.as_doc() if isinstance(orig_doc, Span) else orig_doc
    if not whole.has_annotation("DEP"):
        warn("the document has no dependencies to draw: is there a parser in the pipeline?")
    doc = whole
    phrases, punctuation = options.get("collapse_phrases", False), options.get("collapse_punct", True)
    if phrases or punctuation:
        # A copy, in which tokens are merged.
        doc = Doc(whole.vocab).from_bytes(whole.to_bytes(exclude=["user_data", "tensor"]))
    if phrases:
        with doc.retokenize() as retokenizer:
            for chunk in doc.noun_chunks:
                retokenizer.merge(chunk, attrs=_of(chunk.root))
    if punctuation:
        with doc.retokenize() as retokenizer:
            for start, end in _with_punctuation(doc):
                retokenizer.merge(doc[start:end], attrs=_of(doc[start]))
    fine, lemmas = options.get("fine_grained"), options.get("add_lemma")
    words = [
        {
            "text": token.text,
            "tag": token.tag_ if fine else token.pos_,
            "lemma": token.lemma_ if lemmas else None,
        }
        for token in doc
    ]
    arcs = []
    for token in doc:
        place, head = token.i, token.head.i
        if place != head:
            arcs.append(
                {
                    "start": min(place, head),
                    "end": max(place, head),
                    "label": token.dep_,
                    "dir": "left" if place < head else "right",
                }
            )
    return {"words": words, "arcs": arcs, "settings": get_doc_settings(whole), "title": _title(whole)}


def _of(token: Token) -> dict[str | int, Any]:
    """What a merged token has of one of its parts."""
    return {"tag": token.tag_, "lemma": token.lemma_, "ent_type": token.ent_type_}


def _with_punctuation(doc: Doc) -> list[tuple[int, int]]:
    """Words that punctuation follows, with it: (start, end) of tokens."""
    marks = [token.is_punct for token in doc]
    found = []
    for place in range(len(marks) - 1):
        if not marks[place] and marks[place + 1]:
            end = place + 1
            while end < len(marks) and marks[end]:
                end += 1
            found.append((place, end))
    return found


def parse_ents(doc: Doc, options: Mapping[str, Any] = {}) -> dict[str, Any]:
    """{"text", "ents", "title", "settings"} of a document. options: "kb_url_template", an address with {} for the id."""
    template = options.get("kb_url_template")
    entities = [
        {"start": ent.start_char, "end": ent.end_char, "label": ent.label_, **_entry(ent, template)}
        for ent in doc.ents
    ]
    if not entities:
        warn("the document has no entities to draw")
    return {"text": doc.text, "ents": entities, "title": _title(doc), "settings": get_doc_settings(doc)}


def parse_spans(doc: Doc, options: Mapping[str, Any] = {}) -> dict[str, Any]:
    """{"text", "spans", "title", "settings", "tokens", "spaces"} of a document.

    options: "spans_key" ("sc": which group of `doc.spans`), "kb_url_template".
    """
    template, key = options.get("kb_url_template"), options.get("spans_key", "sc")
    group = doc.spans.get(key, ())
    spans = [
        {
            "start": span.start_char,
            "end": span.end_char,
            "start_token": span.start,
            "end_token": span.end,
            "label": span.label_,
            **_entry(span, template),
        }
        for span in group
    ]
    if not spans:
        others = ", ".join(map(repr, doc.spans)) or "none"
        warn(
            f"the document has no spans {key!r} to draw. Groups that it has: {others}; choose one with the option spans_key"
        )
    return {
        "text": doc.text,
        "spans": spans,
        "title": _title(doc),
        "settings": get_doc_settings(doc),
        "tokens": [token.text for token in doc],
        "spaces": [bool(token.whitespace_) for token in doc],
    }


def parse_cats(doc: Doc, options: Mapping[str, Any] = {}) -> dict[str, Any]:
    """{"text", "cats", "title", "settings"} of a document; "cats" is label -> score."""
    if not doc.cats:
        warn("the document has no categories to draw")
    return {"text": doc.text, "cats": dict(doc.cats), "title": _title(doc), "settings": get_doc_settings(doc)}


def get_doc_settings(doc: Doc) -> dict[str, Any]:
    """{"lang", "direction"} of a document: the direction of the language, and that of the text where it is of no particular one."""
    direction = doc.vocab.writing_system.get("direction", "ltr")
    if direction == "ltr" and doc.lang_ in _ANY_LANGUAGE:
        direction = strong_direction(doc.text) or "ltr"
    return {"lang": doc.lang_, "direction": direction}


def _entry(span: Span, template: str | None) -> dict[str, str]:
    """The entry of a knowledge base that a span is linked to."""
    known = span.kb_id_ or ""
    return {"kb_id": known, "kb_url": filled(template, known) if template and known else "#"}


def _title(doc: Doc) -> Any:
    return doc.user_data.get("title")
