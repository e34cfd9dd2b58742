"""What a kind of annotation says of one document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from kernel.training import Example


class Error(NamedTuple):
    """One wrong prediction, one gold annotation that was not predicted, or both, where the one was taken for the other.

    how: `missed`, `extra`, `label`, `borders`, `label and borders`, `head`, `label and head` or `tokens`. gold, predicted: labels, None
    for nothing there. start, end: of the place, in characters of the gold text.
    """

    how: str
    gold: str | None
    predicted: str | None
    start: int
    end: int


@dataclass
class Outcome:
    """A document that has gold annotations of a kind.

    right: label -> number of right predictions. lost: predictions that no label can be blamed for, which count as wrong all the same.
    gap: how bad it is, None for the number of errors.
    """

    right: Mapping[str, int]
    errors: Sequence[Error] = ()
    lost: int = 0
    gap: float | None = None


class Mark(NamedTuple):
    """A part of the gold text with a label, in characters, and whether both sides have it."""

    start: int
    end: int
    label: str
    is_right: bool


@dataclass
class Sides:
    """Both sides of a document: parts of its text, or what is said of it as a whole."""

    gold: Sequence[Mark] = ()
    predicted: Sequence[Mark] = ()
    gold_labels: Sequence[str] = field(default=())
    predicted_labels: Sequence[str] = field(default=())


class Kind(Protocol):
    """A kind of annotation.

    name: as scores have it, such as `ents`. title: for a heading. unit: what is counted, plural. lacks: what a document without gold
    lacks. labels: those that the pipeline knows, also without any annotation.
    """

    name: str
    title: str
    unit: str
    lacks: str
    labels: Sequence[str]

    def compare(self, example: Example) -> Outcome | None:
        """Compare a document, as the scorer does; None for one without gold annotations, which doesn't count."""
        ...

    def sides(self, example: Example) -> Sides:
        """Both sides of it, to be looked at."""
        ...
