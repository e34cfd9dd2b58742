"""One part of a corpus as it is read: block by block, with what it takes to read a block again."""

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

from kernel.component import Finding
from kernel.errors import note, warn
from kernel.numeric.random import apart
from kernel.state import copied, is_stateful


@dataclass
class Block:
    """Examples of a part that follow each other. before, after: where the part stood.

    findings: what the part says of itself, once it has ended. said: what was said on the way, where it was to be kept: whether it
    was a warning, and the text.
    """

    examples: Sequence[Any]
    before: dict[str, Any]
    after: dict[str, Any]
    findings: Sequence[Finding] | None
    said: Sequence[tuple[bool, str]]

    @property
    def has_ended(self) -> bool:
        """Whether nothing comes after these."""
        return bool(self.after["ended"])

    def say(self) -> None:
        """Say here what was said there."""
        for is_warning, text in self.said:
            (warn if is_warning else note)(text)


class Source:
    """A pass of one part. key: of the pass. number: of the part. place: where it goes on, as `Block.before` tells; None for its beginning.

    Each example is read under a seed of its own, so that it is the same whatever else is read in this process.
    """

    def __init__(self, part: Any, nlp: Any, key: int, number: int, place: dict[str, Any] | None) -> None:
        self._part, self._nlp, self._key, self._number = part, nlp, key, number
        self._read = 0
        self._has_ended = bool(place and place["ended"])
        self._source: Iterator[Any] | None = None
        self._skipped = 0
        if place is not None:
            self._read = place["read"]
            self._skipped = 0 if is_stateful(part) else self._read

    def block(self, size: int, *, is_quiet: bool) -> Block:
        """The next so many examples, fewer at the end. is_quiet: keep what is said on the way, for another process to say."""
        before, examples = self._place(), list[Any]()
        said: list[tuple[bool, str]] = []
        with _kept(said) if is_quiet else nullcontext():
            while len(examples) < size and not self._has_ended:
                examples += self._next()
        findings = tuple(getattr(self._part, "findings", ())) if self._has_ended else None
        return Block(examples, before, self._place(), findings, said)

    def _next(self) -> list[Any]:
        if self._source is None:
            with self._seeded():
                self._source = iter(self._part(self._nlp))
            for number in range(self._skipped):
                with self._seeded(number):
                    next(self._source, None)
        with self._seeded(self._read):
            for example in self._source:
                self._read += 1
                return [example]
        self._has_ended = True
        return []

    def _seeded(self, *example: int) -> AbstractContextManager[None]:
        return apart(self._key, "part", self._number, *example)

    def _place(self) -> dict[str, Any]:
        state = copied(self._part.state(), "a part") if is_stateful(self._part) else None
        return {"read": self._read, "ended": self._has_ended, "state": state}


@contextmanager
def _kept(said: list[tuple[bool, str]]) -> Iterator[None]:
    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append((False, record.getMessage()))

    handler, logger = Keeping(), logging.getLogger("kernel")
    logger.addHandler(handler)
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            yield
    finally:
        logger.removeHandler(handler)
    said += [(True, str(each.message)) for each in caught]
