"""What spaCy could not do with a pipeline: collected, and said at once before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from kernel.errors import Unsupported


@dataclass
class Findings:
    """What goes over only in part.

    refused: (where, what is wrong, what to do), each enough not to export. inexact: the same, what can be exported if that is wanted. lines: what was left out or written another way, for people.
    """

    refused: list[tuple[str, str, str]] = field(default_factory=list)
    inexact: list[tuple[str, str, str]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def refuse(self, where: str, reason: str, way_out: str, *, inexact: bool = False) -> None:
        """Note what spaCy could not read, or (inexact) would compute in another way."""
        found = self.inexact if inexact else self.refused
        if (where, reason, way_out) not in found:
            found.append((where, reason, way_out))

    def say(self, line: str) -> None:
        """Note what people should know, once."""
        if line not in self.lines:
            self.lines.append(line)

    def check(self, *, inexact: bool) -> None:
        """`Unsupported` with everything that was refused, if anything was. inexact: whether what spaCy computes in another way may pass, with a line."""
        if inexact:
            for where, reason, _ in self.inexact:
                self.say(f"{where}: {reason}")
        refused = self.refused + ([] if inexact else self.inexact)
        if refused:
            raise Unsupported(_message(refused), hint="Nothing was written.")


def _message(refused: Sequence[tuple[str, str, str]]) -> str:
    lines = ["spaCy could not load this pipeline, or would predict something else with it:"]
    for where, reason, way_out in refused:
        lines += [f"  {where}: {reason}", f"    {way_out}"]
    return "\n".join(lines)
