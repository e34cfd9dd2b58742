"""What the predictions of one evaluation say, as plain data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kernel.training import Example
from kernel_report.predictions.kinds import kinds_of
from kernel_report.predictions.tally import Tally


class Collector:
    """Counts documents with what a pipeline predicts of them. worst: number of the documents with most errors to keep."""

    def __init__(self, pipeline: Any, worst: int = 10) -> None:
        self._kinds, self._components = kinds_of(pipeline)
        self._tallies = {name: Tally(kind, worst) for name, kind in self._kinds.items()}
        self._documents = self._words = self._others = 0

    def add(self, examples: Iterable[Any]) -> None:
        """Count examples. Those that are no documents can't be shown."""
        for example in examples:
            self._documents += 1
            self._words += len(example)
            if not isinstance(example, Example):
                self._others += 1
                continue
            for tally in self._tallies.values():
                tally.add(example)

    def result(self) -> dict[str, Any]:
        """What was counted. kinds: see `Tally.result`; reason: why there are none, None if there are some."""
        kinds = [
            {**tally.result(), "components": self._components[name]} for name, tally in self._tallies.items()
        ]
        return {
            "documents": self._documents,
            "words": self._words,
            "reason": self._why_nothing(),
            "kinds": kinds,
        }

    def _why_nothing(self) -> str | None:
        if self._others:
            return "The examples of this pipeline are no texts: errors can't be shown with them."
        if not self._tallies:
            return "No component of the pipeline has scores of a kind that is known here."
        return None
