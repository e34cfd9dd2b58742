"""What the annotators of Prodigy said of a record: https://prodi.gy/docs/api-interfaces."""

from typing import Any

from kernel_readers.formats.record import Record
from kernel_readers.report import Report

_MARKS = frozenset({"_input_hash", "_task_hash", "_view_id", "_session_id", "_annotator_id"})
# What a record has beside what was annotated.
BESIDE = frozenset({"config"})
# Views that show spans only to explain a question about the whole text.
_OF_TEXTS = frozenset({"classification", "choice", "textcat"})
_OF_SPANS = frozenset({"ner", "ner_manual", "spans", "spans_manual"})

# Views in which spans may overlap.
_OF_OVERLAPPING = frozenset({"spans", "spans_manual"})
_QUESTION = frozenset({"label", "_view_id"})


def is_from(record: Record) -> bool:
    """Whether Prodigy made the record."""
    return not _MARKS.isdisjoint(record.data)


def is_answered(record: Record) -> bool:
    """Whether a record says something: all do but those that were rejected or ignored.

    To reject a lone label says something, unless it may be that of rejected spans.
    """
    answer = record.get("answer")
    if answer == "reject":
        has_spans = bool(record.data.get("spans") or record.data.get("entities"))
        return has_lone_label(record) and (not has_spans or has_highlights_only(record))
    return bool(answer in (None, "accept"))


def is_rejected(record: Record) -> bool:
    """Whether the answer was no: a label then doesn't hold, and spans are no entities."""
    return bool(record.get("answer") == "reject")


def _view(record: Record) -> str:
    """The kind of question, "" where none is named."""
    view = record.get("_view_id") if "_view_id" in record.data else None
    return view if isinstance(view, str) else ""


def has_lone_label(record: Record) -> bool:
    """Whether the question was if one label holds for the text."""
    data = record.data
    return (
        isinstance(data.get("label"), str)
        and _view(record) not in _OF_SPANS
        and not {"options", "cats"} & data.keys()
    )


def has_highlights_only(record: Record) -> bool:
    """Whether the spans show why a question was asked, such as a pattern that was found, and are no annotation."""
    spans = record.data.get("spans")
    if not isinstance(spans, list) or _QUESTION.isdisjoint(record.data):
        return False
    if _view(record) in _OF_TEXTS:
        return True
    return has_lone_label(record) and any(
        isinstance(span, dict) and ("pattern" in span or span.get("label") is None) for span in spans
    )


def was_looked_through(record: Record) -> bool:
    """Whether somebody marked entities by hand and accepted the record: without spans it has no entity then."""
    data = record.data
    if not is_from(record) or data.get("answer") != "accept" or has_lone_label(record):
        return False
    if _view(record):
        return _view(record) in ("ner_manual", "ner")
    others = {"options", "accept", "cats", "relations", "arcs", "user_input", "image", "audio"}
    return isinstance(data.get("tokens"), list) and not others & data.keys()


def words(record: Record, report: Report) -> dict[str, Any]:
    """The words of a record and whether spaces follow them, of tokens with their text and its place; nothing without such.

    Tokens that don't make up the text, such as the pieces of words of a transformer, are told, and the text is tokenized.
    """
    tokens = record.data.get("tokens")
    if not isinstance(tokens, list) or not tokens or not all(map(_is_token, tokens)):
        return {}
    text = record.text
    record.used.add("tokens")
    found = [text[token["start"] : token["end"]] for token in tokens]
    ends = [*(token["start"] for token in tokens[1:]), len(text)]
    between = [text[token["end"] : end] for token, end in zip(tokens, ends, strict=True)]
    is_whole = (
        tokens[0]["start"] == 0
        and tokens[-1]["end"] <= len(text)
        and all(word and word == token["text"] for word, token in zip(found, tokens, strict=True))
    )
    if not is_whole or not {"", " "}.issuperset(between) or len(text) != sum(map(len, found + between)):
        report.remark(
            "{} records have 'tokens' that don't make up their text, which is tokenized anew",
            report.place(record.path, record.number),
        )
        return {}
    return {"words": found, "spaces": [space == " " for space in between]}


def _is_token(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("text"), str)
        and type(value.get("start")) is int
        and type(value.get("end")) is int
        and 0 <= value["start"] <= value["end"]
    )


def may_overlap(record: Record) -> bool:
    """Whether spans were marked in a view in which they may overlap."""
    return _view(record) in _OF_OVERLAPPING
