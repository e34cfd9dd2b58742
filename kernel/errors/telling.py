"""Warnings and notes: told at once, or held back for later, or for another process to tell."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from kernel.errors.exceptions import KernelWarning
from kernel.visible import visible

Said = list[list[str]]
"""["warning" or "note", text] of each."""

_HELD: ContextVar[Said | None] = ContextVar("held", default=None)
_WARNING, _NOTE = "warning", "note"


def warn(message: str) -> None:
    """Issue a KernelWarning. The command line shows each message once and counts them."""
    if not _is_held(_WARNING, message):
        warnings.warn(KernelWarning(visible(message)), stacklevel=2)


def note(message: str) -> None:
    """Tell what was done and is as it should be: a record of level INFO of the logger `kernel`.

    The command line shows each message once.
    """
    if not _is_held(_NOTE, message):
        logging.getLogger("kernel").info("%s", visible(message))


@contextmanager
def held() -> Iterator[Said]:
    """Hold back what this thread warns of and notes within a block: it is in the list, for `tell`. An error tells it at once."""
    said: Said = []
    token = _HELD.set(said)
    try:
        yield said
    except BaseException:
        _HELD.reset(token)
        tell(said)
        raise
    _HELD.reset(token)


def tell(said: Iterable[Sequence[str]]) -> None:
    """Tell what was held back."""
    for kind, text in said:
        if kind == _WARNING:
            warn(text)
        else:
            note(text)


def _is_held(kind: str, text: str) -> bool:
    said = _HELD.get()
    if said is not None:
        said.append([kind, text])
    return said is not None
