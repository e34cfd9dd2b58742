"""Spans, slices, and words in their text."""

from collections.abc import Iterable
from itertools import chain

from kernel.errors import UsageError
from kernel.tokens import Span


def filter_spans(spans: Iterable[Span]) -> list[Span]:
    """Spans of which no two overlap, in order: the longest first, of equally long ones the first in the document."""
    kept: list[Span] = []
    taken: set[int] = set()
    for span in sorted(spans, key=lambda span: (span.start - span.end, span.start)):
        if span.start not in taken and span.end - 1 not in taken:
            kept.append(span)
            taken.update(range(span.start, span.end))
    return sorted(kept, key=lambda span: span.start)


def filter_chain_spans(*spans: Iterable[Span]) -> list[Span]:
    """`filter_spans` of several groups together."""
    return filter_spans(chain.from_iterable(spans))


def get_words_and_spaces(words: Iterable[str], text: str) -> tuple[list[str], list[bool]]:
    """The words of a text with whatever white space is between them, and which are followed by a space: as `Doc` takes them.

    `UsageError` if the words, white space aside, are not those of the text.
    """
    found: list[str] = []
    spaces: list[bool] = []
    place = 0
    for word in (word for word in words if word.strip()):
        start = text.find(word, place)
        if start < 0 or text[place:start].strip():
            raise UsageError(
                f"the words are not those of the text: no {word!r} after character {place}, but {text[place : place + 20]!r}"
            )
        if start > place:
            found.append(text[place:start])
            spaces.append(False)
        place = start + len(word)
        found.append(word)
        spaces.append(text[place : place + 1] == " ")
        place += spaces[-1]
    if text[place:].strip():
        raise UsageError(f"the words are not those of the text: none for {text[place : place + 20]!r}")
    if text[place:]:
        found.append(text[place:])
        spaces.append(False)
    return found, spaces


def normalize_slice(
    length: int, start: int | None, stop: int | None, step: int | None = None
) -> tuple[int, int]:
    """First and last index of a slice of something of a length, both within it. `UsageError` for steps."""
    if step not in (None, 1):
        raise UsageError(f"a slice of tokens has no steps, but {step} was given")
    first, last, _ = slice(start, stop).indices(length)
    return first, max(first, last)
