"""The relations of a record, as Prodigy, Doccano and Label Studio write them; those of tokens that make a tree are heads."""

from collections.abc import Mapping
from typing import Any

from kernel_readers.formats import doccano, label_studio
from kernel_readers.formats.offsets import Offset
from kernel_readers.formats.record import Record
from kernel_readers.formats.relations import Relation
from kernel_readers.report import Report

KEY = "relations"


def relations(record: Record, report: Report) -> list[Relation]:
    """The relations of a record."""
    if label_studio.is_task(record):
        return label_studio.relations(record, report)
    if _is_list_of(record, "head", "child"):
        spans = [_of_tokens(record, each) for each in record.get(KEY)]
        return [
            Relation(_label(record, each), *ends) for each, ends in zip(record.get(KEY), spans, strict=True)
        ]
    return doccano.relations(record) if _is_list_of(record, "from_id", "to_id") else []


def trees(record: Record) -> dict[str, list[Any]] | None:
    """Words, heads and labels of Prodigy's relations, if all lead from a token to a token, and make trees of all tokens."""
    if not _is_list_of(record, "head", "child"):
        return None
    found: list[Mapping[str, Any]] = record.data[KEY]
    size, words = _words(record)
    if not found or not all(_is_of_tokens(each) for each in found):
        return None
    arcs = [(*_ends(record, each, size), _label(record, each)) for each in found]
    heads = {child: head for head, child, _ in arcs}
    roots = {head for head in heads.values() if head not in heads}
    if len(heads) < len(arcs) or len(heads) + len(roots) < size:
        return None
    record.used.add(KEY)
    deps = {child: label for _, child, label in arcs}
    return {
        "words": words,
        "heads": [heads.get(place, place) for place in range(size)],
        "deps": ["ROOT" if heads.get(place, place) == place else deps[place] for place in range(size)],
    }


def _is_list_of(record: Record, *keys: str) -> bool:
    """Whether the record has relations that name their ends by these keys; others are left alone."""
    found = record.data.get(KEY)
    return (
        isinstance(found, list)
        and bool(found)
        and all(isinstance(each, Mapping) and all(key in each for key in keys) for each in found)
    )


def _label(record: Record, relation: Mapping[str, Any]) -> str:
    label = relation.get("label")
    if not isinstance(label, str):
        raise record.error(f"a relation needs a label, found {str(label)[:40]!r}")
    return label


def _is_of_tokens(relation: Mapping[str, Any]) -> bool:
    ends = [relation.get(f"{end}_span") for end in ("head", "child")]
    return all(not isinstance(end, Mapping) or end.get("token_start") == end.get("token_end") for end in ends)


def _words(record: Record) -> tuple[int, list[str]]:
    tokens = record.data.get("tokens")
    if not isinstance(tokens, list) or not all(
        isinstance(token, Mapping) and isinstance(token.get("text"), str) for token in tokens
    ):
        raise record.error("relations name tokens, and the record has no list of them under 'tokens'")
    return len(tokens), [token["text"] for token in tokens]


def _ends(record: Record, relation: Mapping[str, Any], size: int) -> tuple[int, int]:
    head, child = (relation[key] for key in ("head", "child"))
    for end in (head, child):
        if type(end) is not int or not 0 <= end < size:
            raise record.error(f"a relation leads to the token {str(end)[:20]}, and there are {size}")
    return head, child


def _of_tokens(record: Record, relation: Mapping[str, Any]) -> tuple[Offset, Offset]:
    """The spans of a relation of Prodigy: those that it names, else its tokens."""
    size, _ = _words(record)
    places = _ends(record, relation, size)
    head, child = (
        _span(record, relation.get(f"{key}_span") or record.data["tokens"][place])
        for key, place in zip(("head", "child"), places, strict=True)
    )
    return head, child


def _span(record: Record, span: Any) -> Offset:
    start, end, label = (
        (span.get(key) for key in ("start", "end", "label")) if isinstance(span, Mapping) else [None] * 3
    )
    if type(start) is not int or type(end) is not int or not 0 <= start < end <= len(record.text):
        raise record.error(f"a relation leads to {str(span)[:60]}, which is no place in the text")
    return Offset(start, end, label if isinstance(label, str) else "")
