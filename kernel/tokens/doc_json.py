"""A Doc as plain values for JSON, in the field's form: `Doc.to_json` and `Doc.from_json`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from kernel.errors import DataError
from kernel.tokens.span import Span
from kernel.vocab import attrs

if TYPE_CHECKING:
    from kernel.tokens.doc import Doc

_TOKEN_STRINGS = (("tag", attrs.TAG), ("pos", attrs.POS), ("lemma", attrs.LEMMA), ("dep", attrs.DEP))


def _span(span: Span) -> dict[str, Any]:
    shown = {"start": span.start_char, "end": span.end_char, "label": span.label_}
    for name in ("kb_id", "id"):
        text = getattr(span, name + "_")
        if text:
            shown[name] = text
    return shown


def _is_annotated(doc: Doc, attr: int) -> bool:
    """Whether somebody annotated a document: one of a single word or none has sentences and entities without that too."""
    return doc.has_annotation(attr) and (len(doc) > 1 or attr in doc.columns)


def to_json(doc: Doc, underscore: Sequence[str] | None = None) -> dict[str, Any]:
    """text, ents, sents, cats, tokens, spans; extension attributes that are asked for and have a value."""
    data: dict[str, Any] = {"text": doc.text}
    if _is_annotated(doc, attrs.ENT_IOB):
        data["ents"] = [_span(ent) for ent in doc.ents]
    if _is_annotated(doc, attrs.SENT_START):
        data["sents"] = [{"start": sent.start_char, "end": sent.end_char} for sent in doc.sents]
    if doc.cats:
        data["cats"] = dict(doc.cats)
    has_morph, has_dep = doc.has_annotation(attrs.MORPH), doc.has_annotation(attrs.DEP)
    shown = [(name, attr) for name, attr in _TOKEN_STRINGS if doc.has_annotation(attr)]
    tokens = data["tokens"] = []
    for token in doc:
        entry: dict[str, Any] = {"id": token.i, "start": token.idx, "end": token.idx + len(token)}
        for name, _ in shown:
            entry[name] = getattr(token, name + "_")
        if has_morph:
            entry["morph"] = str(token.morph)
        if has_dep:
            entry["head"] = token.head.i
        tokens.append(entry)
    if doc.groups:
        data["spans"] = {
            key: [{**_span(span), "kb_id": span.kb_id_} for span in group] for key, group in doc.spans.items()
        }
    if underscore:
        _add_extensions(doc, data, underscore)
    return data


def _add_extensions(doc: Doc, data: dict[str, Any], names: Sequence[str]) -> None:
    import srsly

    known: set[str] = set()
    for key, value in doc.user_data.items():
        if not (isinstance(key, tuple) and len(key) == 4 and key[0] == "._." and key[1] in names):
            continue
        _, name, start, end = key
        known.add(name)
        if not srsly.is_json_serializable(value):
            raise DataError(f"the extension attribute {name!r} has a value that JSON can't write: {value!r}")
        if start is None:
            data.setdefault("_", {})[name] = value
        elif end is None:
            data.setdefault("underscore_token", {}).setdefault(name, []).append(
                {"start": start, "value": value}
            )
        else:
            place = {"start": start, "end": end, "value": value}
            data.setdefault("underscore_span", {}).setdefault(name, []).append(place)
    for name in names:
        if name not in known and doc._.has(name):
            data.setdefault("_", {})[name] = doc._.get(name)


def from_json(doc: Doc, data: dict[str, Any]) -> Doc:
    """Fill an empty Doc. Returns the doc."""
    if len(doc):
        raise DataError("from_json fills an empty Doc, but this one has words")
    text, tokens = data["text"], data.get("tokens", [])
    words = [text[token["start"] : token["end"]] for token in tokens]
    spaces = [text[token["end"] : token["end"] + 1] == " " for token in tokens]
    for index, (token, after) in enumerate(pairwise(tokens)):
        # A token that is whitespace itself needs no space before it.
        spaces[index] &= after["start"] > token["end"]
    annotations: dict[str, list[Any]] = {}
    for name, argument in (
        ("tag", "tags"),
        ("pos", "pos"),
        ("lemma", "lemmas"),
        ("dep", "deps"),
        ("morph", "morphs"),
    ):
        if tokens and name in tokens[0]:
            annotations[argument] = [token[name] for token in tokens]
    if tokens and "head" in tokens[0]:
        annotations["heads"] = [token["head"] for token in tokens]
    elif "sents" in data:
        starts = {sent["start"] for sent in data["sents"]}
        annotations["sent_starts"] = [token["start"] in starts for token in tokens]
    doc.__init__(doc.vocab, words, spaces, **annotations)  # type: ignore[misc]
    if "ents" in data:
        doc.set_ents([_read_span(doc, ent) for ent in data["ents"]])
    for key, spans in data.get("spans", {}).items():
        doc.spans[key] = [_read_span(doc, span) for span in spans]
    doc.cats.update(data.get("cats", {}))
    for name, value in data.get("_", {}).items():
        doc.user_data["._.", name, None, None] = value
    for part in ("underscore_token", "underscore_span"):
        for name, places in data.get(part, {}).items():
            for place in places:
                doc.user_data["._.", name, place["start"], place.get("end")] = place["value"]
    return doc


def _read_span(doc: Doc, data: dict[str, Any]) -> Span:
    start, end = data["start"], data["end"]
    place: tuple[int, int] | None
    if start == end:
        empty = int(doc.offsets().searchsorted(start))
        place = (empty, empty)
    else:
        place = doc.token_range(start, end, "strict")
    if place is None:
        raise DataError(
            f"the span {data['label']} ({start}-{end}) does not begin and end where tokens do",
            offset=start,
        )
    return Span(doc, *place, data["label"], kb_id=data.get("kb_id", ""), span_id=data.get("id", ""))
