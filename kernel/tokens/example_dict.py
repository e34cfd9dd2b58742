"""Gold annotations as a dict: `Example.from_dict` and `Example.to_dict`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import numpy as np

from kernel.errors import DataError, UnknownKey, WrongType, warn
from kernel.tokens import biluo
from kernel.tokens.columns import values_of
from kernel.tokens.doc import Doc
from kernel.tokens.iob import BEGIN, INSIDE, MISSING, OUTSIDE
from kernel.tokens.span import Span
from kernel.vocab import attrs

_TOKEN_NAMES = {
    "ORTH": "words",
    "SPACY": "spaces",
    "TAG": "tags",
    "POS": "pos",
    "MORPH": "morphs",
    "LEMMA": "lemmas",
    "HEAD": "heads",
    "DEP": "deps",
    "SENT_START": "sent_starts",
}
_TOKEN_KEYS = frozenset(_TOKEN_NAMES.values())
_DOC_KEYS = frozenset({"text", "entities", "cats", "links", "spans"})
_NESTED = ("token_annotation", "doc_annotation")
# Names of older forms; the numbers of tokens and the brackets of phrases say nothing that is read.
_OLD = {"ner": "entities", "orths": "words"}
_UNREAD = frozenset({"ids", "brackets"})


def _flatten(example_dict: dict[str, Any]) -> dict[str, Any]:
    """All keys in one dict, under their lower-case names."""
    parts = [{key: value for key, value in example_dict.items() if key not in _NESTED}]
    parts += [example_dict.get(name) or {} for name in _NESTED]
    flat: dict[str, Any] = {}
    for part in parts:
        for key, value in part.items():
            lower = key.lower() if isinstance(key, str) else key
            if lower in _UNREAD:
                continue
            name = _TOKEN_NAMES.get(key) or _OLD.get(lower, lower)
            if name not in _TOKEN_KEYS | _DOC_KEYS:
                allowed = sorted(_TOKEN_KEYS | _DOC_KEYS)
                close = get_close_matches(str(key), allowed, n=1)
                raise UnknownKey(
                    f"unknown key {key!r} in an example: allowed are {', '.join([*allowed, *_NESTED])}",
                    hint=f"did you mean {close[0]!r}?" if close else "",
                )
            flat[name] = value
    return flat


def reference_from_dict(predicted: Doc, example_dict: dict[str, Any]) -> Doc:
    """The reference Doc that a dict of gold annotations describes."""
    if not isinstance(example_dict, dict):
        raise WrongType(f"the annotations of an example are a dict, not {type(example_dict).__name__}")
    gold = {key: value for key, value in _flatten(example_dict).items() if value is not None}
    names = ("tags", "pos", "morphs", "lemmas", "heads", "deps", "sent_starts")
    annotations = {name: gold[name] for name in names if name in gold}
    deps = annotations.get("deps")
    if deps is not None and not any(deps) and _all_roots(annotations.get("heads", ())):
        # How `to_dict` shows a text without a parse.
        annotations = {key: value for key, value in annotations.items() if key not in ("heads", "deps")}
    if "heads" in annotations:
        annotations.pop("sent_starts", None)
    words = gold.get("words")
    if words is None or list(words) == (own := predicted.words()):
        words = own if words is not None else predicted.words()
        spaces: Any = gold.get("spaces", predicted.spaces.tolist())
    else:
        spaces = gold.get("spaces")
        if spaces is None:
            spaces = infer_spaces(words, gold.get("text", predicted.text))
    doc = Doc(predicted.vocab, words=words, spaces=spaces, **annotations)
    if "words" not in gold and "spaces" not in gold:
        doc.known_text = predicted.known_text
        doc.has_unknown_spaces = predicted.has_unknown_spaces
    doc.cats.update(_read_cats(gold.get("cats", {})))
    if "entities" in gold:
        _set_entities(doc, gold["entities"])
    if gold.get("links"):
        _set_links(doc, gold["links"])
    groups = gold.get("spans", {})
    if not isinstance(groups, dict):
        raise WrongType(f"'spans' of an example is a dict of lists, not {type(groups).__name__}")
    for key, spans in groups.items():
        if not isinstance(key, str):
            raise DataError(f"the key of a group of spans is a string, not {key!r}")
        doc.spans[key] = list(_read_spans(doc, key, spans))
    return doc


def _read_cats(cats: Any) -> Any:
    if not isinstance(cats, Mapping):
        raise WrongType(
            f"'cats' of an example is a dict, not {type(cats).__name__}: {cats!r}",
            hint='It has a number for each category: {"GOOD": 1.0, "BAD": 0.0}.',
        )
    for label in cats:
        if not isinstance(label, str) or not label:
            raise DataError(f"the label of a category is a string that is not empty, not {label!r}: {cats!r}")
    return cats


def _all_roots(heads: Sequence[int]) -> bool:
    return all(head == index for index, head in enumerate(heads))


def infer_spaces(words: Sequence[str], text: str) -> list[bool] | None:
    """Whether whitespace follows each word in a text; None if the words aren't the text's."""
    spaces = []
    place = 0
    for word in words:
        while not text.startswith(word, place) and text[place : place + 1].isspace():
            place += 1
        if not text.startswith(word, place):
            return None
        place += len(word)
        follows = text[place : place + 1] == " "
        place += follows
        spaces.append(follows)
    return spaces


def _set_entities(doc: Doc, entities: Iterable[Any]) -> None:
    if isinstance(entities, str | bytes | dict) or not isinstance(entities, Iterable):
        raise WrongType(
            f"'entities' of an example is a list, not {type(entities).__name__}",
            hint='It has (start, end, "LABEL") in characters, or a tag for each word.',
        )
    given = list(entities)
    if given and all(each is None or isinstance(each, str) for each in given):
        if len(given) != len(doc):
            raise DataError(f"{len(doc)} words, but {len(given)} entity tags")
        if biluo.is_biluo(given):
            biluo.entities_of_biluo(given)
        from kernel.tokens.entities import columns_from_tags

        doc.set_entity_columns(*columns_from_tags(doc, given))
        return
    found, ignored = biluo.read_offsets(doc, given)
    iob = np.full(len(doc), OUTSIDE, dtype=np.int8)
    types = np.zeros(len(doc), dtype=np.uint64)
    spans = []
    for start, end, label in sorted(found):
        number = doc.intern(label)
        iob[start:end] = INSIDE
        iob[start] = BEGIN
        types[start:end] = number
        spans.append((start, end, number))
    iob[ignored] = MISSING
    doc.set_entity_columns(iob, types, spans)
    borders = {(span.start_char, span.end_char) for span in doc.ents}
    links = {(int(each[0]), int(each[1])): {each[3]: 1.0} for each in given if len(each) > 3 and each[3]}
    _set_links(doc, {place: ids for place, ids in links.items() if place in borders})


def _set_links(doc: Doc, links: dict[tuple[int, int], dict[str, float]]) -> None:
    """Knowledge base ids of entities: {(start, end): {id: 1.0 for the right one}}."""
    entities = {(span.start_char, span.end_char): span for span in doc.ents}
    kb_ids = doc.edit_column(attrs.ENT_KB_ID)
    for (start, end), candidates in links.items():
        span = entities.get((start, end))
        if span is None:
            raise DataError(
                f"a link names the characters {start} to {end}, where there is no entity", offset=start
            )
        for kb_id, probability in candidates.items():
            if probability == 1.0:
                kb_ids[span.start : span.end] = doc.intern(kb_id)


def _read_spans(doc: Doc, key: str, given: Iterable[Any]) -> Iterable[Span]:
    lost = []
    for each in given:
        if isinstance(each, Span):
            start, end, label = each.start_char, each.end_char, each.label_
            kb_id, span_id = each.kb_id_, each.id_
        elif isinstance(each, list | tuple) and 2 <= len(each) <= 5:
            start, end, label, kb_id, span_id = (*each, "", "", "")[:5]
        else:
            raise DataError(f"spans[{key!r}]: {each!r} is not (start, end, label, kb_id, id)")
        # Spans of a group need no label: (start, end) has none, and `to_dict` writes "".
        if not isinstance(label, str):
            raise DataError(f"spans[{key!r}]: the label of a span is a string, not {label!r}: {each!r}")
        span = doc.char_span(start, end, label=label, kb_id=kb_id, span_id=span_id)
        if span is None:
            lost.append(f"{label} {doc.text[start:end]!r} ({start}-{end})")
        else:
            yield span
    if lost:
        shown = ", ".join(lost[:5]) + (", ..." if len(lost) > 5 else "")
        warn(f"spans[{key!r}]: {len(lost)} don't begin and end where tokens do, and are left out: {shown}")


def to_dict(doc: Doc) -> dict[str, Any]:
    """The annotations of a Doc in the form that `Example.from_dict` reads."""
    strings = doc.vocab.strings

    def texts(attr: int) -> list[str]:
        return [strings[number] for number in values_of(doc, attr).tolist()]

    heads = np.arange(len(doc)) + values_of(doc, attrs.HEAD)
    links = {(ent.start_char, ent.end_char): {ent.kb_id_: 1.0} for ent in doc.ents if ent.kb_id}
    spans = {
        key: [(span.start_char, span.end_char, span.label_, span.kb_id_) for span in group]
        for key, group in doc.spans.items()
    }
    return {
        "doc_annotation": {
            "cats": dict(doc.cats),
            "entities": biluo.doc_to_biluo_tags(doc),
            "spans": spans,
            "links": links,
        },
        "token_annotation": {
            "ORTH": doc.words(),
            "SPACY": doc.spaces.tolist(),
            "TAG": texts(attrs.TAG),
            "LEMMA": texts(attrs.LEMMA),
            "POS": texts(attrs.POS),
            "MORPH": [str(token.morph) for token in doc],
            "HEAD": heads.tolist(),
            "DEP": texts(attrs.DEP),
            "SENT_START": values_of(doc, attrs.SENT_START).tolist(),
        },
    }
