"""JSON lines: one object a line with `text` and what is annotated of it.

Recognised keys: `text`; `cats` (label to number); `spans` or `entities` (objects with start, end and label, or
[start, end, label], in characters); `words`, `spaces`, `tags`, `pos`, `lemmas`, `morphs`, `heads`, `deps`,
`sent_starts`, as in `Example.from_dict`. Prodigy's exports are read too: `answer`, `accept`, `options`, `label`.
Other keys are left alone.
"""

from collections.abc import Iterator, Mapping
from math import isfinite
from pathlib import Path
from typing import Any

from kernel.errors import DataError, warn
from kernel.tokens import Doc
from kernel_readers.formats.record import Record, records
from kernel_readers.formats.universal import check_upos

_STRING_KEYS = ("tags", "pos", "lemmas", "morphs", "deps")
_TOKEN_KEYS = (*_STRING_KEYS, "heads", "sent_starts")
Offset = tuple[int, int, str]


def read(path: Path, nlp: Any, *, n_sents: int | None = None) -> Iterator[Doc]:
    """Yield a document for every record. A record that an annotator rejected or ignored is left out.

    An entity whose characters are not those of whole tokens makes its tokens "missing": they are neither
    learned nor counted. How many there were, and where the first one is, is said in one warning.
    """
    misaligned, example = 0, ""
    for record in records(path):
        if not _is_answered(record):
            continue
        try:
            doc = _tokens(record, nlp)
        except DataError as error:
            raise error.at(path, line=record.number) from error
        offsets = _offsets(record)
        lost = [] if offsets is None else _set_entities(record, doc, offsets)
        if lost and not misaligned:
            start, end, label = lost[0]
            example = f"line {record.number}, offset {start}: {label!r} {doc.text[start:end]!r}"
        misaligned += len(lost)
        doc.cats = _cats(record)
        yield doc
    if misaligned:
        entities = "1 entity doesn't" if misaligned == 1 else f"{misaligned} entities don't"
        warn(
            f"{path}: {entities} begin and end where tokens do; their tokens count as not annotated "
            f"(the first: {example})"
        )


def _is_answered(record: Record) -> bool:
    """Whether a record says something: all do but those that Prodigy marks. To reject a lone label says something."""
    answer = record.data.get("answer", "accept")
    return answer == "accept" or answer == "reject" and _has_lone_label(record)


def _has_lone_label(record: Record) -> bool:
    data = record.data
    return isinstance(data.get("label"), str) and not {"spans", "entities", "options", "cats"} & data.keys()


def _tokens(record: Record, nlp: Any) -> Doc:
    data, text = record.data, record.text
    annotations = {key: data[key] for key in _TOKEN_KEYS if data.get(key) is not None}
    words, spaces = data.get("words"), data.get("spaces")
    if words is None and not annotations:
        doc: Doc = nlp.make_doc(text)
        return doc
    if words is None:
        words = [token.text for token in nlp.make_doc(text)]
    if not isinstance(words, list) or not all(isinstance(word, str) and word for word in words):
        raise record.error("'words' must be a list of strings that are not empty")
    for key in _STRING_KEYS:
        _check_list(record, key, annotations.get(key), str, len(words))
    _check_list(record, "heads", annotations.get("heads"), int, len(words))
    _check_list(record, "sent_starts", annotations.get("sent_starts"), int, len(words))
    _check_list(record, "spaces", spaces, bool, len(words))
    check_upos(annotations.get("pos", ()), record.path, record.number)
    return Doc(nlp.vocab, words=words, spaces=spaces or _spaces(record, words), **annotations)


def _check_list(record: Record, key: str, values: Any, kind: type, size: int) -> None:
    if values is None:
        return
    names = {str: "strings", int: "whole numbers", bool: "true and false"}
    if not isinstance(values, list) or not all(isinstance(value, kind | None) for value in values):
        raise record.error(f"{key!r} must be a list of {names[kind]}")
    if len(values) != size:
        raise record.error(f"{size} words but {len(values)} {key}")


def _spaces(record: Record, words: list[str]) -> list[bool]:
    text = record.text
    spaces, position = [], 0
    for word in words:
        start = text.find(word, position)
        if start < 0 or text[position:start].strip():
            raise record.error(
                f"the word {word!r} is not in the text after character {position}", offset=position
            )
        position = start + len(word)
        spaces.append(text[position : position + 1] == " ")
    return spaces


def _offsets(record: Record) -> list[Offset] | None:
    found = record.data.get("spans", record.data.get("entities"))
    if found is None:
        return None
    if not isinstance(found, list):
        raise record.error("'spans' must be a list")
    offsets = []
    for item in found:
        if isinstance(item, Mapping):
            item = (item.get("start"), item.get("end"), item.get("label"))
        try:
            start, end, label = item
        except (TypeError, ValueError):
            raise record.error(f"{item!r} is not [start, end, label]") from None
        if not (isinstance(start, int) and isinstance(end, int) and isinstance(label, str) and label):
            raise record.error(
                f"an entity needs whole numbers for start and end and a label, found {(start, end, label)!r}"
            )
        offsets.append((start, end, label))
    return sorted(offsets)


def _set_entities(record: Record, doc: Doc, offsets: list[Offset]) -> list[Offset]:
    """Annotate `doc`; return the entities that do not match its tokens."""
    text, previous = doc.text, (0, 0, "")
    spans, missing, lost = [], [], []
    for start, end, label in offsets:
        if not 0 <= start < end <= len(text):
            raise record.error(
                f"the entity {label!r} [{start}:{end}] is outside of the text of {len(text)} characters",
                offset=start,
            )
        if start < previous[1]:
            raise record.error(
                f"the entities {previous[2]!r} [{previous[0]}:{previous[1]}] and {label!r} [{start}:{end}] overlap",
                offset=start,
                hint="A token belongs to one entity at most.",
            )
        previous = (start, end, label)
        span = doc.char_span(start, end, label=label)
        if span is not None:
            spans.append(span)
            continue
        lost.append(previous)
        around = doc.char_span(start, end, alignment_mode="expand")
        if around is not None:
            missing.append(around)
    taken = {i for span in spans for i in range(span.start, span.end)}
    lone = [doc[i : i + 1] for span in missing for i in range(span.start, span.end) if i not in taken]
    doc.set_ents(spans, missing=list({span.start: span for span in lone}.values()), default="outside")
    return lost


def _cats(record: Record) -> dict[str, float]:
    data = record.data
    cats = data.get("cats")
    if cats is not None:
        if not isinstance(cats, Mapping):
            raise record.error("'cats' must map labels to numbers")
        for label, value in cats.items():
            if not (label and isinstance(value, int | float) and isfinite(value)):
                raise record.error(f"the value of category {label!r} is {value!r}, expected a number")
        return {label: float(value) for label, value in cats.items()}
    accepted = data.get("accept")
    if isinstance(accepted, list) and isinstance(data.get("options"), list):
        labels = [str(option.get("id")) for option in data["options"] if isinstance(option, Mapping)]
        chosen = [str(label) for label in accepted]
        for label in chosen:
            if label not in labels:
                raise record.error(f"the accepted option {label!r} is not one of {', '.join(labels)}")
        return {label: float(label in chosen) for label in labels}
    if _has_lone_label(record):
        return {data["label"]: float(data.get("answer", "accept") == "accept")}
    return {}
