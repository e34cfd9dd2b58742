"""The categories of a record, however they are written."""

from collections.abc import Mapping
from math import isfinite
from typing import Any

from kernel_readers.formats import label_studio
from kernel_readers.formats.label_lists import KEYS, LabelLists
from kernel_readers.formats.prodigy import has_lone_label, is_rejected
from kernel_readers.formats.record import Record

_KEYS = frozenset({"accept", "annotations", "completions", *KEYS})


def categories(record: Record, lists: LabelLists) -> dict[str, float]:
    """Label -> value: from "cats", from the options of a question, a single label, a list of those that hold, or a choice."""
    given = record.get("cats")
    if given is not None:
        return numbers(record, given)
    if record.data.keys().isdisjoint(_KEYS):
        return {}
    if isinstance(record.data.get("accept"), list) and isinstance(record.data.get("options"), list):
        return _options(record)
    if has_lone_label(record) and record.get("label"):
        return {record.data["label"]: float(not is_rejected(record))}
    chosen = label_studio.choices(record)
    return lists.categories(record) if chosen is None else lists.chosen(chosen)


def numbers(record: Record, given: Any) -> dict[str, float]:
    """Label -> value, of an object that maps labels to numbers. DataError for anything else."""
    if not isinstance(given, Mapping):
        raise record.error("'cats' must map labels to numbers")
    for label, value in given.items():
        if not (label and isinstance(value, int | float) and abs(value) < 2**53 and isfinite(value)):
            shown = repr(value)
            if len(shown) > 40:
                shown = f"{shown[:37]}..."
            raise record.error(f"the value of category {label!r} is {shown}, expected a number")
    return {label: float(value) for label, value in given.items()}


def _options(record: Record) -> dict[str, float]:
    labels = [str(option.get("id")) for option in record.get("options") if isinstance(option, Mapping)]
    chosen = [str(label) for label in record.get("accept")]
    for label in chosen:
        if label not in labels:
            raise record.error(f"the accepted option {label!r} is not one of {', '.join(labels)}")
    return {label: float(label in chosen) for label in labels}
