"""JSON records: a text and what is annotated of it.

Recognised keys: `text`; `cats` (label to number); `spans`, `entities` or `ents` (objects with start, end and label, or
[start, end, label], in characters); `words`, `spaces`, `tags`, `pos`, `lemmas`, `morphs`, `heads`, `deps`,
`sent_starts`, as in `Example.from_dict`. So are the records of others: pairs [text, {...}]; Prodigy's (`answer`, `accept`,
`options`, `label`); Doccano's (lists under `label` or `labels`); Label Studio's (JSON and JSON_MIN); those of
`Doc.to_json` and `kernel apply`. Other keys are counted and named.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from kernel.errors import DataError
from kernel.tokens import Doc
from kernel.tokens.batch import set_batch_column
from kernel.vocab.attrs import SENT_START
from kernel_readers.formats import doccano, label_studio, prodigy
from kernel_readers.formats.categories import categories
from kernel_readers.formats.format import Format, Settings
from kernel_readers.formats.label_lists import KEYS, LabelLists, with_text
from kernel_readers.formats.offsets import Offset, Placing, read_offsets
from kernel_readers.formats.record import Record, records_and_problems
from kernel_readers.formats.record_relations import relations, trees
from kernel_readers.formats.relations import keep_relations
from kernel_readers.formats.rest import KEY, set_rest
from kernel_readers.formats.words import TOKEN_KEYS, is_tokens_of_doc, lists_of_doc, places_in_text, tokenized
from kernel_readers.problems import collected
from kernel_readers.report import Report

_ENTITIES = ("ents", "entities", "spans")
_GIVEN = frozenset({"words", "spaces", *TOKEN_KEYS})
# Keys that may hold entities.
_MARKED = frozenset({*_ENTITIES, *KEYS, "annotations", "completions"})
_TOOLS = (prodigy, doccano, label_studio)
# Keys that may hold relations; and the group of spans that were marked so that they may overlap.
_RELATED = frozenset({"relations", "annotations", "completions"})
_GROUP = "sc"
_BLANK: tuple[Any, ...] = (None, "", [], {})
# Records, or characters, to tokenize together.
_AT_ONCE = 8
_CHARACTERS = 100_000


@Format
def read(path: Path, nlp: Any, settings: Settings, report: Report) -> Iterator[Doc]:
    """Yield a document for every record. A record that an annotator rejected or ignored is left out.

    The problems of all records are told at once. An entity whose characters are not those of whole tokens makes its tokens "missing": they are neither
    learned nor counted.
    """
    return read_records(path, nlp, settings, report, _records)


def _records(path: Path) -> Iterator[Record | DataError]:
    for found in records_and_problems(path):
        yield found if isinstance(found, DataError) else label_studio.of_min(found)


def read_records(
    path: Path,
    nlp: Any,
    settings: Settings,
    report: Report,
    records: Callable[[Path], Iterator[Record | DataError]],
) -> Iterator[Doc]:
    """The documents of records, however a file has them. records: of a file, called as often as they are needed."""
    lists = LabelLists(path, records)
    with collected("records") as problems:
        for found, problem in _batches(_answered(path, report, records(path))):
            docs = _docs(found, nlp)
            for record in found:
                try:
                    doc = _document(record, nlp, docs, lists, settings, report)
                except DataError as error:
                    problems.add(error.at(path, line=record.number))
                    continue
                if problems:
                    # What comes after a problem is read for its own.
                    continue
                report.line = record.number
                yield doc
                _count_keys(record, report)
            if problem is not None:
                problems.add(problem)


def _answered(
    path: Path, report: Report, records: Iterable[Record | DataError]
) -> Iterator[Record | DataError]:
    """The records that say something, with their text in the usual place, and what is wrong with others."""
    for record in records:
        report.records += 1
        if isinstance(record, DataError):
            yield record
            continue
        for tool in _TOOLS:
            if tool.is_from(record):
                report.aside |= tool.BESIDE
        if label_studio.is_task(record):
            record = label_studio.text_of_task(record)
            if label_studio.is_cancelled(record):
                report.remark(
                    "{} tasks that were cancelled are left out",
                    report.place(path, record.number),
                    is_harmless=True,
                )
                continue
        elif "text" not in record.data:
            record = with_text(record)
        if "answer" in record.data and not prodigy.is_answered(record):
            report.remark(
                "{} records that were rejected or ignored are left out",
                report.place(path, record.number),
                is_harmless=True,
            )
            continue
        yield record


def _batches(
    found: Iterator[Record | DataError],
) -> Iterator[tuple[list[Record], DataError | None]]:
    """Some records at a time, and what is wrong with the one after them."""
    batch: list[Record] = []
    room = _CHARACTERS
    problem = None
    try:
        for record in found:
            if isinstance(record, DataError):
                yield batch, record
                batch, room = [], _CHARACTERS
                continue
            batch.append(record)
            text = record.data.get("text")
            room -= 1 + (len(text) if isinstance(text, str) else 0)
            if room < 0 or len(batch) == _AT_ONCE:
                yield batch, None
                batch, room = [], _CHARACTERS
    except DataError as error:
        problem = error
    yield batch, problem


def _docs(found: list[Record], nlp: Any) -> dict[int, Doc]:
    """Number of a record -> document, for those whose text needs the tokenizer; what it refuses is left out."""
    plain = [
        record
        for record in found
        if not record.may_break
        and isinstance(record.data.get("text"), str)
        and len(record.data["text"]) <= nlp.max_length
        and record.data.get("words") is None
        and not isinstance(record.data.get("tokens"), list)
    ]
    if not hasattr(nlp.tokenizer, "batch"):
        return {}
    made = nlp.tokenizer.batch([record.data["text"] for record in plain])
    return {record.number: doc for record, doc in zip(plain, made, strict=True)}


def _document(
    record: Record, nlp: Any, docs: dict[int, Doc], lists: LabelLists, settings: Settings, report: Report
) -> Doc:
    keys = record.data.keys()
    sources = [] if keys.isdisjoint(_MARKED) else list(_sources(record, lists, report))
    offsets, groups = _entities(record, sources), _groups(record)
    given = {} if keys.isdisjoint(_GIVEN) else {key: record.get(key) for key in _GIVEN & keys}
    is_of_doc = given.get("words") is None and "tokens" in keys and is_tokens_of_doc(record.data["tokens"])
    if is_of_doc:
        given = {**given, **lists_of_doc(record, record.get("tokens"))}
    by_tokens = given.get("words") is None and "tokens" in keys and not is_of_doc
    own_words = (
        prodigy.words(record, report) if by_tokens and isinstance(record.data.get("text"), str) else {}
    )
    given = {**given, **own_words} if own_words else given
    tree = trees(record) if "relations" in keys and given.get("heads") is None else None
    given = {**given, **tree} if tree else given
    if given.get("words") is None:
        # The text is checked even if it is tokenized already.
        text = record.text
        own = docs[record.number] if record.number in docs else nlp.make_doc(text)
        doc = tokenized(record, nlp.vocab, own, given, report) if given else own
    else:
        is_placed = is_of_doc or bool(own_words)
        doc = tokenized(record, nlp.vocab, None, given, report, is_placed=is_placed)
    if tree is None and not keys.isdisjoint(_RELATED):
        keep_relations(doc, relations(record, report))
    sents = record.get("sents") if "sents" in keys else None
    # Heads make sentences of their own.
    if sents and given.get("heads") is None and given.get("sent_starts") is None:
        _set_sentences(record, doc, sents, report)
    if offsets or groups:
        places = places_in_text(record, doc)
        placing = Placing(record, places, report, trim=settings.trim)
        if offsets is not None:
            if prodigy.may_overlap(record):
                placing.set_entities(doc, offsets, group=_GROUP, is_whole=True)
            else:
                placing.set_entities(doc, offsets)
        for key, spans in groups.items():
            doc.spans[key] = placing.spans(doc, spans)[0]
    elif offsets is not None:
        doc.set_ents([], default="outside")
    doc.cats = categories(record, lists)
    if KEY in keys and is_of_doc:
        set_rest(record, doc, record.get(KEY))
    return doc


def _sources(record: Record, lists: LabelLists, report: Report) -> Iterator[tuple[str, list[Offset]]]:
    """(key, entities) for every key of a record under which it has entities, be they none."""
    if label_studio.is_task(record):
        found = label_studio.entities(record, report)
        if found is not None:
            yield "annotations", found
        return
    keys = [key for key in _ENTITIES if key in record.data]
    if "spans" in keys:
        if prodigy.has_highlights_only(record):
            report.aside.add("spans")
            keys.remove("spans")
        elif isinstance(record.data["spans"], dict):
            # Groups of spans, which may overlap, are no entities.
            keys.remove("spans")
    for key in keys:
        value = record.get(key)
        if value is not None:
            yield key, read_offsets(record, key, value)
    if not record.data.keys().isdisjoint(KEYS):
        yield from lists.entities(record).items()


def _entities(record: Record, sources: list[tuple[str, list[Offset]]]) -> list[Offset] | None:
    """The entities of a record, from whichever key has some; None if it is not annotated. DataError if two keys differ."""
    if not sources:
        return [] if prodigy.was_looked_through(record) else None
    if len(sources) == 1:
        return sources[0][1]
    filled = {key: offsets for key, offsets in sources if offsets}
    if not filled:
        return []
    first, *others = filled
    for other in others:
        if {each[:3] for each in filled[first]} != {each[:3] for each in filled[other]}:
            raise record.error(
                f"the record has other entities under {first!r} than under {other!r}",
                hint="Leave one of them out.",
            )
    return filled[first]


def _groups(record: Record) -> dict[str, list[Offset]]:
    found = record.data.get("spans")
    if not isinstance(found, dict):
        return {}
    for key, spans in record.get("spans").items():
        if not isinstance(spans, list):
            raise record.error(f"'spans' must be a list, or map names to lists; {key!r} has no list")
    return {key: read_offsets(record, f"spans.{key}", spans) for key, spans in found.items()}


def _set_sentences(record: Record, doc: Doc, sents: Any, report: Report) -> None:
    """Start sentences where the record says, in characters, that some start."""
    places = places_in_text(record, doc)
    if not isinstance(sents, list) or not all(
        isinstance(sent, dict) and type(sent.get("start")) is int for sent in sents
    ):
        raise record.error("'sents' must be a list of objects with a start")
    starts = {places.starts_token(sent["start"]) for sent in sents}
    begins = np.full(len(doc), -1, dtype=np.int8)
    # The first token starts a sentence, whatever is said.
    begins[[0, *(place for place in starts if place is not None)]] = 1
    set_batch_column([doc], SENT_START, begins)
    if None in starts:
        report.remark(
            "{} records have sentences that start inside of a token", report.place(record.path, record.number)
        )


def _count_keys(record: Record, report: Report) -> None:
    if len(record.used) == len(record.data):
        return
    for key in record.data.keys() - record.used:
        # What holds nothing is not missed.
        if record.data[key] not in _BLANK:
            report.unused[key] += 1
