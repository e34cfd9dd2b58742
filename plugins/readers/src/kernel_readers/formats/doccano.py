"""Records of Doccano that hold relations: entities with ids, and what leads from one to another."""

from collections.abc import Mapping, Sequence
from typing import Any

from kernel_readers.formats.offsets import Offset, read_offsets
from kernel_readers.formats.record import Record
from kernel_readers.formats.relations import Relation

# What an export has beside what was annotated.
BESIDE = frozenset({"id", "Comments"})


def is_from(record: Record) -> bool:
    """Whether Doccano wrote a record, by what no other tool has."""
    entities = record.data.get("entities")
    first = entities[0] if isinstance(entities, list) and entities else None
    return "Comments" in record.data or (isinstance(first, Mapping) and "start_offset" in first)


def relations(record: Record) -> list[Relation]:
    """Relations that name entities by their ids."""
    entities = record.data.get("entities")
    known: dict[Any, Offset] = {}
    for each in entities if isinstance(entities, list) else ():
        if isinstance(each, Mapping) and isinstance(each.get("id"), int | str):
            (known[each["id"]],) = read_offsets(record, "entities", [each])
    found: Sequence[Mapping[str, Any]] = record.get("relations")
    made = []
    for each in found:
        ends = []
        for key in ("from_id", "to_id"):
            if not isinstance(each[key], int | str) or each[key] not in known:
                raise record.error(
                    f"a relation leads to the entity {str(each[key])[:40]}, which the record lacks"
                )
            ends.append(known[each[key]])
        label = each.get("type")
        if not isinstance(label, str):
            raise record.error(f"a relation needs a type, found {str(label)[:40]!r}")
        made.append(Relation(label, *ends))
    return made
