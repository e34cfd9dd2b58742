"""Exports of Label Studio: tasks with annotations of any kind (JSON), or one object a task (JSON_MIN).

The form: https://labelstud.io/guide/export
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from kernel_readers.formats.offsets import Offset, read_offsets
from kernel_readers.formats.record import Record
from kernel_readers.report import Report

_BY_ANNOTATOR = ("annotations", "completions")


def is_task(record: Record) -> bool:
    """Whether a record is a task with its annotations."""
    task = record.data.get("data")
    return (
        isinstance(task, dict)
        and isinstance(task.get("text"), str)
        and record.data.get("text", task["text"]) is task["text"]
    )


def text_of_task(record: Record) -> Record:
    """The same record with its text in the usual place."""
    return replace(record, data={**record.data, "text": record.data["data"].get("text")}, used={"data"})


def is_cancelled(record: Record) -> bool:
    """Whether the annotator gave a task up."""
    found = _annotation(record)
    return found is not None and bool(found.get("was_cancelled") or found.get("skipped"))


def entities(record: Record, report: Report) -> list[Offset] | None:
    """The labelled regions of the first annotation; None if there is no annotation of that kind."""
    found = _annotation(record)
    if found is None:
        return None
    _use(record, report)
    regions = [value for kind, value in _results(found) if kind in ("labels", "hypertextlabels")]
    others = [kind for kind, _ in _results(found) if kind not in ("labels", "hypertextlabels", "choices")]
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


def _annotation(record: Record) -> dict[str, Any] | None:
    for key in _BY_ANNOTATOR:
        found = record.data.get(key)
        if isinstance(found, list) and found and isinstance(found[0], dict):
            return found[0]
    return None


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
