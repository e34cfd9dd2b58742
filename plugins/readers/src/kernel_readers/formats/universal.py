"""The universal parts of speech."""

from collections.abc import Iterable
from pathlib import Path

from kernel.errors import DataError

_OPEN = {"ADJ", "ADV", "INTJ", "NOUN", "PROPN", "VERB"}
_CLOSED = {"ADP", "AUX", "CCONJ", "DET", "NUM", "PART", "PRON", "SCONJ"}
_OTHER = {"PUNCT", "SYM", "X"}
UPOS = frozenset(_OPEN | _CLOSED | _OTHER)


def check_upos(tags: Iterable[str], path: Path, line: int) -> None:
    """Raise DataError for a tag that is no universal part of speech; "" is none, and "SPACE" is white space."""
    for tag in tags:
        if tag and tag not in UPOS and tag != "SPACE":
            raise DataError(
                f"{tag!r} is not a universal part-of-speech tag",
                path=path,
                line=line,
                hint=f"Expected one of {', '.join(sorted(UPOS))}.",
            )
