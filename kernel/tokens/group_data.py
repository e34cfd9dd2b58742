"""What a Doc stores of a group of spans."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Record = tuple[int, int, int, int, int]
"""(start, end, label, kb_id, id)"""


@dataclass
class GroupData:
    """What a Doc stores of a group: no reference back to the Doc, so that both die with the last view."""

    name: str = ""
    attrs: dict[str, Any] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)
