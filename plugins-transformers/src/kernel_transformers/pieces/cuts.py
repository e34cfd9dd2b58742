"""Spans that a model can not read at once are told of."""

from __future__ import annotations

from kernel.errors import warn


def tell_cuts(limit: int) -> None:
    """Warn of spans that were cut, where a window has at most so many pieces. Without their number: several processes that share the
    work say the same, which is shown once."""
    warn(
        f"some of the spans that a transformer reads are longer than its limit of {limit} pieces: they are read in windows that overlap. "
        "A span getter that gives shorter spans avoids it."
    )


def tell_truncated(limit: int) -> None:
    """Warn of spans whose first pieces alone were read, as the transformer's weights came with it. Without their number, too."""
    warn(
        f"some of the spans that a transformer reads are longer than its limit of {limit} pieces: the words behind that are not read, "
        "as by spacy-transformers, which this one was trained with. A span getter that gives shorter spans avoids it."
    )
