"""What differs between several runs: their settings first, then what else their weights depend on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from kernel_report.leaves import ABSENT, leaves
from kernel_report.rendering import render
from kernel_report.run import Run
from kernel_report.section import Section

# Rows that are shown of a table.
MOST = 200
_FACTS = (
    "seed",
    "data",
    "code",
    "kernel",
    "python",
    "packages",
    "blas",
    "threads",
    "gpu_id",
    "gpu",
    "platform",
)


def section(runs: Sequence[Run]) -> Section | None:
    """Tables with a row for each thing that differs, and a column for each run; None of one run."""
    if len(runs) < 2:
        return None
    tables = [
        ("Settings", _differing([run.settings for run in runs])),
        ("Data, code, versions, machine", _differing([_facts(run.record) for run in runs])),
    ]
    return Section(
        "What differs",
        "comparison",
        render("comparison.html", runs=runs, tables=tables, most=MOST, absent=ABSENT),
    )


def _facts(record: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: record[name] for name in _FACTS if name in record}
    data = found.get("data")
    if isinstance(data, Mapping):
        # The digest of a corpus is made of those of its files.
        found["data"] = {
            name: entry.get("sha256") if isinstance(entry, Mapping) else entry for name, entry in data.items()
        }
    return found


def _differing(blocks: Sequence[Mapping[str, Any]]) -> list[tuple[str, list[Any]]]:
    """(dotted name, value in each block) of what is not the same everywhere; `ABSENT` where a block has none."""
    found = [dict(leaves(block)) for block in blocks]
    names = dict.fromkeys(name for block in found for name in block)
    rows = [(name, [block.get(name, ABSENT) for block in found]) for name in names]
    return [(name, values) for name, values in rows if len({_key(value) for value in values}) > 1]


def _key(value: Any) -> str:
    return "absent" if value is ABSENT else json.dumps(_plain(value), sort_keys=True, default=str)


def _plain(value: Any) -> Any:
    """The value in which 1.0 is 1, as they are the same number; True is none."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value
