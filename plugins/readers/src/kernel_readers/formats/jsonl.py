"""JSON lines: one object a line with `text` and what is annotated of it.

Recognised keys: `text`; `cats` (label to number); `spans` or `entities` (objects with start, end and label, or
[start, end, label], in characters); `words`, `spaces`, `tags`, `pos`, `lemmas`, `morphs`, `heads`, `deps`,
`sent_starts`, as in `Example.from_dict`. Prodigy's exports are read too: `answer`, `accept`, `options`, `label`.
Other keys are left alone.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kernel.errors import DataError, warn
from kernel.tokens import Doc
from kernel_readers.lines import check_readable, numbered_lines

_TOKEN_KEYS = ("tags", "pos", "lemmas", "morphs", "heads", "deps", "sent_starts")
Offset = tuple[int, int, str]


def records(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (line number, object) of a `.jsonl` file, or (position, object) of a `.json` file that holds a list."""
    if path.suffix == ".json":
        yield from _json_list(path)
        return
    for number, line in numbered_lines(path):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except json.JSONDecodeError as error:
            raise DataError(f"not valid JSON: {error.msg}", path=path, line=number, offset=error.pos) from error
        if not isinstance(record, dict):
            raise DataError(f"expected an object, found {line[:40]!r}", path=path, line=number)
        yield number, record


def _json_list(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    check_readable(path)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise DataError("not valid UTF-8", path=path, offset=error.start) from error
    except json.JSONDecodeError as error:
        raise DataError(f"not valid JSON: {error.msg}", path=path, line=error.lineno, offset=error.pos) from error
    if not isinstance(content, list) or not all(isinstance(item, dict) for item in content):
        raise DataError("expected a list of objects", path=path)
    yield from enumerate(content, start=1)


def read(path: Path, nlp: Any, *, n_sents: int | None = None) -> Iterator[Doc]:
    """Yield a document for every record. A record that an annotator rejected or ignored is left out.

    An entity whose characters are not those of whole tokens makes its tokens "missing": they are neither
    learned nor counted. How many there were is said in one warning.
    """
    misaligned = 0
    for number, record in records(path):
        if record.get("answer", "accept") != "accept" and "label" not in record:
            continue
        text = record.get("text")
        if not isinstance(text, str):
            raise DataError("the record has no string under 'text'", path=path, line=number)
        doc = _tokens(path, number, nlp, text, record)
        offsets = _offsets(path, number, record)
        if offsets is not None:
            misaligned += _set_entities(path, number, doc, offsets)
        doc.cats = _cats(path, number, record)
        yield doc
    if misaligned:
        warn(f"{path}: {misaligned} entities do not match the tokens; their tokens count as not annotated")


def _tokens(path: Path, number: int, nlp: Any, text: str, record: Mapping[str, Any]) -> Doc:
    words = record.get("words")
    annotations = {key: record[key] for key in _TOKEN_KEYS if record.get(key) is not None}
    if words is None and not annotations:
        doc: Doc = nlp.make_doc(text)
        return doc
    if words is None:
        words = [token.text for token in nlp.make_doc(text)]
    spaces = record.get("spaces") or _spaces(path, number, text, words)
    for key, values in annotations.items():
        if len(values) != len(words):
            raise DataError(f"{len(words)} words but {len(values)} {key}", path=path, line=number)
    return Doc(nlp.vocab, words=words, spaces=spaces, **annotations)


def _spaces(path: Path, number: int, text: str, words: list[str]) -> list[bool]:
    spaces, position = [], 0
    for word in words:
        start = text.find(word, position)
        if start < 0 or text[position:start].strip():
            raise DataError(
                f"the word {word!r} is not in the text after character {position}",
                path=path,
                line=number,
                offset=position,
            )
        position = start + len(word)
        spaces.append(text[position : position + 1] == " ")
    return spaces


def _offsets(path: Path, number: int, record: Mapping[str, Any]) -> list[Offset] | None:
    found = record.get("spans", record.get("entities"))
    if found is None:
        return None
    if not isinstance(found, list):
        raise DataError("'spans' must be a list", path=path, line=number)
    offsets = []
    for item in found:
        if isinstance(item, Mapping):
            item = (item.get("start"), item.get("end"), item.get("label"))
        try:
            start, end, label = item
        except (TypeError, ValueError):
            raise DataError(f"{item!r} is not [start, end, label]", path=path, line=number) from None
        if not (isinstance(start, int) and isinstance(end, int) and isinstance(label, str) and label):
            raise DataError(
                f"an entity needs whole numbers for start and end and a label, found {(start, end, label)!r}",
                path=path,
                line=number,
            )
        offsets.append((start, end, label))
    return sorted(offsets)


def _set_entities(path: Path, number: int, doc: Doc, offsets: list[Offset]) -> int:
    """Annotate `doc`; return how many entities do not match its tokens."""
    text, previous = doc.text, (0, 0, "")
    spans, missing = [], []
    for start, end, label in offsets:
        if not 0 <= start < end <= len(text):
            raise DataError(
                f"the entity {label!r} [{start}:{end}] is outside of the text of {len(text)} characters",
                path=path,
                line=number,
                offset=start,
            )
        if start < previous[1]:
            raise DataError(
                f"the entities {previous[2]!r} [{previous[0]}:{previous[1]}] and {label!r} [{start}:{end}] overlap",
                path=path,
                line=number,
                offset=start,
                hint="Entities must not overlap.",
            )
        previous = (start, end, label)
        span = doc.char_span(start, end, label=label)
        if span is not None:
            spans.append(span)
            continue
        around = doc.char_span(start, end, alignment_mode="expand")
        if around is not None:
            missing.append(around)
    taken = {i for span in spans for i in range(span.start, span.end)}
    lone = [doc[i : i + 1] for span in missing for i in range(span.start, span.end) if i not in taken]
    doc.set_ents(spans, missing=list({span.start: span for span in lone}.values()), default="outside")
    return len(missing)


def _cats(path: Path, number: int, record: Mapping[str, Any]) -> dict[str, float]:
    cats = record.get("cats")
    if cats is not None:
        if not isinstance(cats, Mapping):
            raise DataError("'cats' must map labels to numbers", path=path, line=number)
        for label, value in cats.items():
            if not isinstance(value, int | float):
                raise DataError(
                    f"the value of category {label!r} is {value!r}, expected a number", path=path, line=number
                )
        return {str(label): float(value) for label, value in cats.items()}
    accepted = record.get("accept")
    if isinstance(accepted, list) and isinstance(record.get("options"), list):
        labels = [str(option.get("id")) for option in record["options"] if isinstance(option, Mapping)]
        return {label: float(label in accepted) for label in labels}
    if isinstance(record.get("label"), str) and "spans" not in record and "entities" not in record:
        if record.get("answer", "accept") in ("accept", "reject"):
            return {record["label"]: float(record.get("answer", "accept") == "accept")}
    return {}
