"""Code of others may not end the process without a word while it is imported: that would look like success."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import get_ident
from typing import Any

from kernel.processes.gate import Lock

# What leaves the process without any `finally`, with the caller's exit code or with that of another program.
_ENDING = ("_exit", "execv", "execve")

_lock = Lock()
# (process, thread) -> how many imports it is inside of.
_importing: dict[tuple[int, int], int] = {}
_real: dict[str, Callable[..., Any]] = {}


class ProcessEnded(SystemExit):
    """What a call raises here that would have ended the process at once."""


def cause(error: BaseException) -> str:
    """An error as `Type: message`; one that ends the process by the call that does."""
    if isinstance(error, ProcessEnded):
        return f"it would end this process with {error.code}"
    if isinstance(error, SystemExit):
        return f"it would end this process with sys.exit({'' if error.code is None else repr(error.code)})"
    message = error.msg if isinstance(error, SyntaxError) else str(error)
    return f"{type(error).__name__}: {message}"


@contextmanager
def kept_alive() -> Iterator[None]:
    """Let functions of `os` that end the process raise ProcessEnded instead, in this thread, for the length of the block."""
    me = (os.getpid(), get_ident())
    with _lock:
        _importing[me] = _importing.get(me, 0) + 1
        if not _real:
            for name in _ENDING:
                _real[name] = getattr(os, name)
                setattr(os, name, _refusing(name, _real[name]))
    try:
        yield
    finally:
        with _lock:
            _importing[me] -= 1
            if not _importing[me]:
                del _importing[me]
            if not _importing:
                for name, function in _real.items():
                    setattr(os, name, function)
                _real.clear()


def _refusing(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
    def refuse(*args: Any, **kwargs: Any) -> Any:
        # A forked child of the code may end as it likes.
        if (os.getpid(), get_ident()) not in _importing:
            return real(*args, **kwargs)
        raise ProcessEnded(f"os.{name}({', '.join(map(repr, args))})")

    return refuse
