"""Exports of Label Studio: tasks with annotations of any kind (JSON), or one object a task (JSON_MIN).

The form: https://labelstud.io/guide/export
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from kernel_readers.formats.offsets import Offset, is_offsets, read_offsets
from kernel_readers.formats.record import Record
from kernel_readers.formats.relations import Relation
from kernel_readers.report import Report

_BY_ANNOTATOR = ("annotations", "completions")
_REGIONS = ("labels", "hypertextlabels")
_READ = (*_REGIONS, "choices", "relation")
# What an export has of a task beside what was annotated.
BESIDE = frozenset(
    {
        "allow_skip",
        "annotation_id",
        "annotator",
        "cancelled_annotations",
        "comment_authors",
        "comment_count",
        "created_at",
        "drafts",
        "file_upload",
        "id",
        "inner_id",
        "last_comment_updated_at",
        "lead_time",
        "meta",
        "project",
        "total_annotations",
        "total_predictions",
        "unresolved_comment_count",
        "updated_at",
        "updated_by",
    }
)


def is_task(record: Record) -> bool:
    """Whether a record is a task with its annotations."""
    task = record.data.get("data")
    if not isinstance(task, dict):
        return False
    if isinstance(task.get("text"), str):
        return record.data.get("text", task["text"]) is task["text"]
    text = _text_of(record)
    return text is not None and record.data.get("text", text) is text


def _text_of(record: Record) -> str | None:
    """The text of a task, whatever it is called: the only string of its data, or the one that the first annotation is about."""
    strings = {key: value for key, value in record.data["data"].items() if isinstance(value, str)}
    if "text" in strings:
        return strings["text"]
    annotation = _annotation(record)
    if annotation is None and _BY_ANNOTATOR[0] not in record.data:
        # No task, but a record that has other things under this key.
        return None
    results = (annotation or {}).get("result")
    named = (
        {str(each.get("to_name")) for each in results if isinstance(each, dict)}
        if isinstance(results, list)
        else set()
    )
    found = list(strings) if len(strings) == 1 else [key for key in strings if key in named]
    return strings[found[0]] if len(found) == 1 else None


def text_of_task(record: Record) -> Record:
    """The same record with its text in the usual place."""
    return replace(record, data={**record.data, "text": _text_of(record)}, used={"data"})


def is_cancelled(record: Record) -> bool:
    """Whether the annotator gave a task up."""
    found = _annotation(record)
    return found is not None and _is_given_up(found)


def entities(record: Record, report: Report) -> list[Offset] | None:
    """The labelled regions of the first annotation; None if there is no annotation of that kind."""
    found = _annotation(record)
    if found is None:
        return None
    _use(record, report)
    regions = [value for kind, value in _results(found) if kind in _REGIONS]
    others = [kind for kind, _ in _results(found) if kind not in _READ]
    if others:
        report.remark(
            f"{{}} results of the type {others[0]!r} are not read", _place(record, report), len(others)
        )
    if not regions and _results_of(found, "choices"):
        return None
    return read_offsets(record, "result", regions)


def choices(record: Record) -> list[str] | None:
    """The categories that were chosen; None if there was no choice."""
    found = _annotation(record) if is_task(record) else None
    if found is None:
        return None
    chosen = _results_of(found, "choices")
    if not chosen:
        return None
    return [name for value in chosen for name in value.get("choices") or () if isinstance(name, str) and name]


def relations(record: Record, report: Report) -> list[Relation]:
    """The relations of regions. One that leads both ways is one each way."""
    results = (_annotation(record) or {}).get("result")
    results = [each for each in results if isinstance(each, dict)] if isinstance(results, list) else []
    arrows = [each for each in results if str(each.get("type")).lower() == "relation"]
    if not arrows:
        return []
    known = {str(each["id"]): each for each in results if "id" in each}
    found = []
    for arrow in arrows:
        ends = [known.get(str(arrow.get(key))) for key in ("from_id", "to_id")]
        if None in ends:
            raise record.error(
                f"a relation leads from {str(arrow.get('from_id'))[:40]} to {str(arrow.get('to_id'))[:40]}, and the task "
                "lacks such a result"
            )
        regions = [end for end in ends if end is not None and str(end.get("type")).lower() in _REGIONS]
        if len(regions) < 2:
            report.remark("{} relations of other things than regions are not read", _place(record, report))
            continue
        head, child = (read_offsets(record, "result", [region.get("value")])[0] for region in regions)
        labels = arrow.get("labels")
        label = str(labels[0]) if isinstance(labels, list) and labels else ""
        direction = arrow.get("direction")
        if direction != "left":
            found.append(Relation(label, head, child))
        if direction in ("left", "bi"):
            found.append(Relation(label, child, head))
    return found


def is_from(record: Record) -> bool:
    """Whether Label Studio wrote a record."""
    return is_task(record) or _is_min(record)


def _is_min(record: Record) -> bool:
    """Whether a record is a task with what was annotated under the names of the controls (JSON_MIN)."""
    return "annotation_id" in record.data and "lead_time" in record.data


def of_min(record: Record) -> Record:
    """A record of JSON_MIN with its regions and choices in the usual places, whatever the controls are called."""
    if not _is_min(record):
        return record
    data, regions, chosen = dict(record.data), list[Any](), list[Any]()
    for key, value in record.data.items():
        if isinstance(value, list) and value and isinstance(value[0], dict) and is_offsets(value):
            regions += data.pop(key)
        elif isinstance(value, Mapping) and isinstance(value.get("choices"), list):
            chosen += data.pop(key)["choices"]
    found = {"label": regions, "labels": chosen}
    return replace(record, data={**data, **{key: value for key, value in found.items() if value}})


def of_cell(cell: str) -> Any:
    """What Label Studio wrote into a cell of a table: a list of regions, or of the names of choices; None for any other text."""
    if not cell.startswith(('[{"', '{"choices"')):
        return None
    try:
        found = json.loads(cell)
    except ValueError:
        return None
    if isinstance(found, dict):
        found = found.get("choices")
        return found if isinstance(found, list) and all(isinstance(name, str) for name in found) else None
    return found if is_offsets(found) else None


def _annotation(record: Record) -> dict[str, Any] | None:
    """The first annotation that was not given up, else the first one."""
    for key in _BY_ANNOTATOR:
        found = record.data.get(key)
        if isinstance(found, list) and found and isinstance(found[0], dict):
            kept = (each for each in found if isinstance(each, dict) and not _is_given_up(each))
            return next(kept, found[0])
    return None


def _is_given_up(annotation: Mapping[str, Any]) -> bool:
    return bool(annotation.get("was_cancelled") or annotation.get("skipped"))


def _use(record: Record, report: Report) -> None:
    for key in _BY_ANNOTATOR:
        found = record.get(key)
        if isinstance(found, list) and len(found) > 1:
            report.remark("{} records have several annotations; the first is read", _place(record, report))


def _place(record: Record, report: Report) -> str:
    return report.place(record.path, record.number)


def _results_of(annotation: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [value for found, value in _results(annotation) if found == kind]


def _results(annotation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(type in small letters, value) of each result."""
    results = annotation.get("result")
    for result in results if isinstance(results, list) else ():
        if isinstance(result, dict):
            value = result.get("value")
            yield str(result.get("type")).lower(), value if isinstance(value, dict) else {}
