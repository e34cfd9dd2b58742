"""The warning about what documents lose where they are written, which adds up over files."""

from __future__ import annotations

from collections.abc import Mapping

from kernel.errors.exceptions import KernelWarning
from kernel.visible import visible


class LossWarning(KernelWarning):
    """What a format can't hold of documents. The command line shows the sum of those of all files of one format, at its end.

    format: its name, for people. lost: kind, in the plural -> (how many, in how many documents). documents: how many there were,
    None if that is not known.
    """

    def __init__(
        self, format: str, lost: Mapping[str, tuple[int, int]], documents: int | None = None
    ) -> None:
        of_all = "" if documents is None else f" of {documents:,}"
        listed = ", ".join(
            f"{number:,} {kind} (in {holders:,}{of_all} documents)"
            for kind, (number, holders) in lost.items()
        )
        super().__init__(visible(f"{format} can't hold, and the output lacks: {listed}"))
        self.format, self.lost = format, dict(lost)

    def plus(self, other: LossWarning) -> LossWarning:
        """One of the same format for the documents of both. Files that lose nothing don't tell how many they had."""
        none = (0, 0)
        lost = {
            kind: (
                self.lost.get(kind, none)[0] + other.lost.get(kind, none)[0],
                self.lost.get(kind, none)[1] + other.lost.get(kind, none)[1],
            )
            for kind in {**self.lost, **other.lost}
        }
        return LossWarning(self.format, lost)
