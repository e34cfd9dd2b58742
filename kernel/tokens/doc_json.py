"""A Doc as plain values for JSON, in the field's form: `Doc.to_json` and `Doc.from_json`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from kernel.errors import DataError
from kernel.tokens.span import Span
from kernel.tokens.underscore import registered
from kernel.vocab import attrs

if TYPE_CHECKING:
    from kernel.tokens.doc import Doc

# Key of a token -> argument of Doc.
_ARGUMENTS = (
    ("tag", "tags"),
    ("pos", "pos"),
    ("lemma", "lemmas"),
    ("dep", "deps"),
    ("morph", "morphs"),
    ("head", "heads"),
)
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
    known: set[str] = set()
    for key, value in doc.user_data.items():
        if not (isinstance(key, tuple) and len(key) == 4 and key[0] == "._." and key[1] in names):
            continue
        _, name, start, end = key
        known.add(name)
        _check_writable(name, value)
        if start is None:
            data.setdefault("_", {})[name] = value
        elif end is None:
            data.setdefault("underscore_token", {}).setdefault(name, []).append(
                {"start": start, "value": value}
            )
        else:
            place = {"start": start, "end": end, "value": value}
            data.setdefault("underscore_span", {}).setdefault(name, []).append(place)
    owners = {name: owner for owner, name, _ in reversed(registered())}
    for name in names:
        if name in known:
            continue
        if name not in owners:
            raise DataError(f"no extension attribute {name!r} is registered, of a Doc, Span or Token")
        if doc._.has(name):
            value = doc._.get(name)
            _check_writable(name, value)
            data.setdefault("_", {})[name] = value


def _check_writable(name: str, value: Any) -> None:
    import srsly

    if not srsly.is_json_serializable(value):
        raise DataError(f"the extension attribute {name!r} has a value that JSON can't write: {value!r}")


def from_json(doc: Doc, data: dict[str, Any], *, validate: bool = False) -> Doc:
    """Fill an empty Doc. Returns the doc. validate: look at the form of everything first."""
    if len(doc):
        raise DataError("from_json fills an empty Doc, but this one has words")
    if validate:
        check_form(data)
    text, tokens = data["text"], data.get("tokens", [])
    words = [text[token["start"] : token["end"]] for token in tokens]
    spaces = [text[token["end"] : token["end"] + 1] == " " for token in tokens]
    for index, (token, after) in enumerate(pairwise(tokens)):
        # A token that is whitespace itself needs no space before it.
        spaces[index] &= after["start"] > token["end"]
    annotations = {argument: values for name, argument in _ARGUMENTS if (values := _of_tokens(tokens, name))}
    if "heads" not in annotations and "sents" in data:
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


def _of_tokens(tokens: Sequence[dict[str, Any]], name: str) -> list[Any]:
    """An annotation of all tokens; empty if the first has none."""
    if not tokens or name not in tokens[0]:
        return []
    without = next((index for index, token in enumerate(tokens) if name not in token), None)
    if without is not None:
        raise DataError(f"tokens[{without}] has no {name!r}, but the first token has: all have it or none")
    return [token[name] for token in tokens]


def check_form(data: Any) -> None:
    """DataError for what `to_json` can't have written."""
    problems = list(_problems(data))
    if problems:
        shown = "; ".join(problems[:5]) + ("; ..." if len(problems) > 5 else "")
        raise DataError(f"not a document in JSON: {shown}")


def _problems(data: Any) -> Iterator[str]:
    if not isinstance(data, dict):
        yield f"expected a dict, not {type(data).__name__}"
        return
    if not isinstance(data.get("text"), str):
        yield "no string under 'text'"
    if "tokens" not in data:
        yield "no list under 'tokens'"
    strings = ("tag", "pos", "lemma", "dep", "morph")
    yield from _wrong(data, "tokens", ("id", "start", "end"), (), (*strings, "head"))
    yield from _wrong(data, "sents", ("start", "end"), ())
    yield from _wrong(data, "ents", ("start", "end"), ("label",))
    groups = data.get("spans", {})
    if not isinstance(groups, dict):
        yield "'spans' is no dict"
        return
    for key in groups:
        yield from _wrong(groups, key, ("start", "end"), ("label",))


def _wrong(
    data: dict[str, Any],
    part: str,
    numbers: Sequence[str],
    strings: Sequence[str],
    others: Sequence[str] = (),
) -> Iterator[str]:
    """What is wrong with a list of dicts that have these numbers and strings, and may have others."""
    items = data.get(part, [])
    if not isinstance(items, list):
        yield f"{part!r} is no list"
        return
    for index, item in enumerate(items):
        if not isinstance(item, dict):
            yield f"{part}[{index}] is no dict"
            continue
        for name in (*numbers, *strings, *(each for each in others if each in item)):
            kind = int if name in numbers or name == "head" else str
            if not isinstance(item.get(name), kind) or isinstance(item.get(name), bool):
                yield f"{part}[{index}]: {name!r} is {item.get(name)!r}, no {'number' if kind is int else 'string'}"


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
