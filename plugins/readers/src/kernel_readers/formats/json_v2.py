"""The field's JSON of version 2: documents of paragraphs, of sentences, of tokens.

    [{"id": 0, "paragraphs": [{"raw": TEXT, "cats": [{"label": L, "value": V}], "sentences": [{"tokens": [
        {"orth": WORD, "space": " ", "tag": T, "pos": P, "morph": M, "lemma": L, "head": DISTANCE, "dep": D, "ner": TAG}
    ], "brackets": []}]}]}]

Everything but `orth` may be left out, `head` and `dep` also of single tokens. `ner` is BILUO (or IOB), "-" where entities are not annotated.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kernel.errors import DataError
from kernel.files.compressed import suffix_of
from kernel.tokens import Doc
from kernel.tokens.entities import columns_from_tags
from kernel_readers.formats.categories import numbers
from kernel_readers.formats.format import Format, Settings
from kernel_readers.formats.offsets import Placing, read_offsets
from kernel_readers.formats.record import Record, records_and_problems
from kernel_readers.formats.tags import MISSING, EntityTags
from kernel_readers.formats.words import places_in_text, tokenized
from kernel_readers.problems import collected
from kernel_readers.report import Report

_STRINGS = {"tag": "tags", "pos": "pos", "morph": "morphs", "lemma": "lemmas", "dep": "deps"}
_OF_TOKENS = frozenset({"id", "orth", "space", "head", "ner", *_STRINGS})
_OF_PARAGRAPHS = frozenset({"raw", "sentences", "cats", "entities"})
_BEGINNING = re.compile(
    rb'\A\s*\[?\s*\{(?:\s*"[^"]*"\s*:\s*(?:"[^"]*"|[^"{}\[\]]*),)*\s*"paragraphs"\s*:\s*\['
)


def is_v2(head: bytes) -> bool:
    """Whether JSON begins with a document of paragraphs."""
    return _BEGINNING.match(head) is not None


@Format
def read(path: Path, nlp: Any, settings: Settings, report: Report) -> Iterator[Doc]:
    """Yield a document for each paragraph. The problems of all are told at once, each with its document and paragraph."""
    with collected("documents") as problems:
        for found in records_and_problems(path):
            report.records += 1
            try:
                if isinstance(found, DataError):
                    raise found
                docs = [
                    _paragraph(found, number, each, nlp, settings, report)
                    for number, each in _paragraphs(found)
                ]
            except DataError as error:
                problems.add(error)
                continue
            if not problems:
                report.line = found.number
                yield from docs


def _paragraphs(record: Record) -> Iterator[tuple[int, dict[str, Any]]]:
    paragraphs = record.get("paragraphs")
    if not isinstance(paragraphs, list) or not all(isinstance(each, dict) for each in paragraphs):
        raise _error(record, "'paragraphs' must be a list of objects")
    yield from enumerate(paragraphs, start=1)


def _error(record: Record, message: str, hint: str = "") -> DataError:
    """An error of a document: its line, or its place in the list that the file is."""
    if suffix_of(record.path) == ".json":
        return DataError(message, path=record.path, document=record.number, hint=hint)
    return DataError(message, path=record.path, line=record.number, hint=hint)


def _paragraph(
    record: Record, number: int, paragraph: dict[str, Any], nlp: Any, settings: Settings, report: Report
) -> Doc:
    try:
        return _doc(record, paragraph, nlp, settings, report)
    except DataError as error:
        raise _error(record, f"paragraph {number}: {error.detail}", error.hint) from error


def _doc(record: Record, paragraph: dict[str, Any], nlp: Any, settings: Settings, report: Report) -> Doc:
    sentences = _sentences(record, paragraph)
    tokens = [token for sentence in sentences for token in sentence]
    ends, total = [], 0
    for sentence in sentences:
        total += len(sentence)
        ends.append(total)
    words = [token["orth"] for token in tokens]
    raw = paragraph.get("raw")
    if raw is not None and not isinstance(raw, str):
        raise record.error("'raw' must be a string")
    starts = {0, *ends}
    given: dict[str, Any] = {"words": words, "sent_starts": [place in starts for place in range(total)]}
    has_spaces = any("space" in token for token in tokens)
    spaces = [bool(token.get("space")) if has_spaces else True for token in tokens]
    text = "".join(word + " " * space for word, space in zip(words, spaces, strict=True))
    if raw in (None, text):
        given["spaces"] = spaces
    else:
        text = raw
    for key, argument in _STRINGS.items():
        if any(token.get(key) is not None for token in tokens):
            given[argument] = [token.get(key) for token in tokens]
    _add_heads(record, given, tokens, report)
    own = Record(record.path, record.number, {"text": text}, may_break=record.may_break)
    doc = tokenized(own, nlp.vocab, None, given, report, is_placed="spaces" in given)
    doc.has_unknown_spaces = raw is None and not has_spaces and bool(words)
    _set_entities(own, doc, paragraph, tokens, ends, settings, report)
    doc.cats = _cats(record, paragraph.get("cats"))
    _count_unread(record, paragraph, tokens, report)
    return doc


def _sentences(record: Record, paragraph: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """The tokens of each sentence."""
    sentences = paragraph.get("sentences")
    if not isinstance(sentences, list):
        raise record.error("it has no list under 'sentences'")
    found = []
    for number, sentence in enumerate(sentences, start=1):
        tokens = sentence.get("tokens") if isinstance(sentence, dict) else None
        if not isinstance(tokens, list) or not all(isinstance(token, dict) for token in tokens):
            raise record.error(f"sentence {number} has no list of objects under 'tokens'")
        for place, token in enumerate(tokens, start=1):
            orth, head = token.get("orth"), token.get("head")
            if not isinstance(orth, str) or not orth:
                raise record.error(f"sentence {number}, token {place}: it has no string under 'orth'")
            if head is not None and (type(head) is not int or not 0 < place + head <= len(tokens)):
                raise record.error(
                    f"sentence {number}, token {place} ({orth[:40]!r}): the head {str(head)[:20]!r} lies outside of the sentence",
                    hint="A head is the distance from a token to it: 0 for the root, -1 for the token before.",
                )
            ner = token.get("ner")
            if ner is not None and not isinstance(ner, str):
                raise record.error(
                    f"sentence {number}, token {place} ({orth[:40]!r}): 'ner' must be a string"
                )
        found.append(tokens)
    return found


def _add_heads(record: Record, given: dict[str, Any], tokens: list[dict[str, Any]], report: Report) -> None:
    """Heads as places. Tokens may lack them: then a label tells of each of the others that its head is known."""
    heads = [token.get("head") for token in tokens]
    if all(head is None for head in heads):
        return
    labels = given.get("deps", [None] * len(tokens))
    place = report.place(record.path, record.number)
    if None in heads:
        lost = sum(head is not None and not label for head, label in zip(heads, labels, strict=True))
        if lost:
            report.remark(
                "{} heads are lost, because they have no label and other tokens no head", place, lost
            )
        lost = sum(head is None and bool(label) for head, label in zip(heads, labels, strict=True))
        if lost:
            report.remark(
                "{} labels of dependencies are lost, because their tokens have no head", place, lost
            )
        known = [head is not None and bool(label) for head, label in zip(heads, labels, strict=True)]
        if not any(known):
            given.pop("deps", None)
            return
        heads = [head if is_known else 0 for head, is_known in zip(heads, known, strict=True)]
        given["deps"] = [label if is_known else None for label, is_known in zip(labels, known, strict=True)]
    given["heads"] = [number + head for number, head in enumerate(heads) if head is not None]


def _set_entities(
    record: Record,
    doc: Doc,
    paragraph: dict[str, Any],
    tokens: list[dict[str, Any]],
    ends: list[int],
    settings: Settings,
    report: Report,
) -> None:
    """Entities by the tags of tokens; where no token has one, by the characters that the paragraph names."""
    tags = [token.get("ner") for token in tokens]
    if all(tag is None for tag in tags):
        given = paragraph.get("entities")
        if given is not None:
            placing = Placing(record, places_in_text(record, doc), report, trim=settings.trim)
            placing.set_entities(doc, read_offsets(record, "entities", given))
        return
    given_tags = [tag or MISSING for tag in tags]
    is_biluo = any(tag[:2] in ("L-", "U-", "E-", "S-") for tag in given_tags)
    reading = EntityTags(record.path, is_biluo=lambda: is_biluo)
    iob = reading.to_iob(given_tags, lines=[record.number] * len(tokens), ends=ends)
    reading.finish(report)
    doc.set_entity_columns(*columns_from_tags(doc, iob))


def _cats(record: Record, given: Any) -> dict[str, float]:
    if given is None:
        return {}
    if isinstance(given, list) and all(
        isinstance(each, dict) and isinstance(each.get("label"), str) for each in given
    ):
        given = {each["label"]: each.get("value") for each in given}
    if not isinstance(given, Mapping):
        raise record.error("'cats' must be a list of objects with a label and a value")
    return numbers(record, given)


def _count_unread(
    record: Record, paragraph: dict[str, Any], tokens: list[dict[str, Any]], report: Report
) -> None:
    brackets = sum(len(each.get("brackets") or ()) for each in paragraph["sentences"])
    if brackets:
        report.remark(
            "{} brackets of phrases are not read", report.place(record.path, record.number), brackets
        )
    keys = {f"paragraphs.{key}" for key in paragraph.keys() - _OF_PARAGRAPHS if paragraph[key]}
    keys |= {f"tokens.{key}" for key in set().union(*tokens) - _OF_TOKENS}
    report.unused.update(keys)
