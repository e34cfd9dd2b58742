"""Text tables for the commands that list things."""

from __future__ import annotations

from collections.abc import Sequence

from kernel.discovery.known_names import COMMAND_KINDS
from kernel.visible import columns, padded, visible_line


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows as lines with aligned columns; the last column is as wide as it is."""
    if not rows:
        return []
    rows = [list(map(visible_line, row)) for row in rows]
    widths = [max(map(columns, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(padded(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def count(number: int, kind: str) -> str:
    """ "2 architectures", "1 factory"."""
    kind = "commands" if kind in COMMAND_KINDS else kind
    if number == 1 and kind not in ("misc", "ops"):
        kind = (
            kind[:-3] + "y"
            if kind.endswith("ies")
            else kind.removesuffix("es" if kind.endswith("sses") else "s")
        )
    return f"{number} {kind}"
