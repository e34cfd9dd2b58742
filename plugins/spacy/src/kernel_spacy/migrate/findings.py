"""What of a file can't be carried over, and where it is written."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable
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


def teller(text: str, findings: list[Finding]) -> Callable[[int, str, str], None]:
    """What takes the offset, the name and the reason of something in a text, and adds it to findings."""
    ends = [end.start() for end in re.finditer("\n", text)]

    def tell(offset: int, what: str, why: str) -> None:
        findings.append(Finding(bisect_left(ends, offset) + 1, what, why))

    return tell
