"""Spans that a model could not read at once are counted, and told of."""

from __future__ import annotations

from kernel.errors import note, warn


class Cuts:
    """How many spans were cut so far. The first ones are warned of; a note follows each time they are ten times as many."""

    def __init__(self) -> None:
        self.count = 0
        self._next = 1

    def add(self, spans: int, pieces: int, limit: int) -> None:
        """Spans were cut, the longest into `pieces` pieces, where a window has at most `limit`."""
        if not spans:
            return
        self.count += spans
        if self.count < self._next:
            return
        if self._next == 1:
            warn(
                f"{self.count} of the spans that a transformer reads {'is' if self.count == 1 else 'are'} longer than its limit of "
                f"{limit} pieces (up to {pieces}): they are read in windows that overlap. A span getter that gives shorter spans "
                "avoids it."
            )
        else:
            note(f"{self.count} spans so far were longer than the transformer's limit of {limit} pieces")
        while self._next <= self.count:
            self._next *= 10
