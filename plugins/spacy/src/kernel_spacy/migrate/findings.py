"""What of a file can't be carried over, and where it is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One place that somebody has to look at. line: in the file, from 1. what: as it is written. why: and what to do."""

    line: int
    what: str
    why: str

    def __str__(self) -> str:
        return f"{self.what}: {self.why}"

    def as_dict(self) -> dict[str, Any]:
        """The same as plain data, for JSON."""
        return {"line": self.line, "what": self.what, "why": self.why}
