"""Relations between spans, as annotators draw them: plain data that a document keeps under `doc.user_data["relations"]`.

Each is `{"label": ..., "head": {"start": ..., "end": ..., "label": ...}, "child": {...}}`; the places are characters of the
text, and the arrow leads from the head to the child.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from kernel.tokens import Doc
from kernel_readers.formats.offsets import Offset

KEY = "relations"


class Relation(NamedTuple):
    """An arrow from a span to another one."""

    label: str
    head: Offset
    child: Offset


def keep_relations(doc: Doc, relations: Sequence[Relation]) -> None:
    """Give a document its relations, if there are some."""
    if relations:
        doc.user_data[KEY] = [
            {"label": each.label, "head": _end(each.head), "child": _end(each.child)} for each in relations
        ]


def relations_of(doc: Doc) -> list[Relation]:
    """The relations of a document."""
    return [
        Relation(each["label"], _offset(each["head"]), _offset(each["child"]))
        for each in doc.user_data.get(KEY, ())
    ]


def _end(offset: Offset) -> dict[str, Any]:
    return {"start": offset.start, "end": offset.end, "label": offset.label}


def _offset(end: dict[str, Any]) -> Offset:
    return Offset(end["start"], end["end"], end["label"])
