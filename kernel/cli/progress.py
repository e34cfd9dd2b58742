"""How much of something long is done, and how long it will still take: a moving line on a terminal, a line now and then elsewhere.

For commands of packages, too: `track` counts what goes by, `Progress` shows what they count themselves, `working` how long something takes
whose length nobody knows.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sized
from contextlib import contextmanager
from shutil import get_terminal_size
from threading import Event, Thread
from time import monotonic
from types import TracebackType
from typing import Self, TextIO, TypeVar

from kernel.cli.say import moves, say, say_over

Item = TypeVar("Item")

_REDRAW_SECONDS = 0.2
# In a log: so long after the last line, and the longer the longer it takes, up to the second of these.
_LINE_SECONDS, _LONGEST_SECONDS = 10.0, 60.0
_TICK_SECONDS = 1.0
_BAR_WIDTH = 24
_BAR = re.compile(r"\[#*\.*\] ")


def track(items: Iterable[Item], what: str, *, total: int | None = None) -> Iterator[Item]:
    """Pass items on, and show how many have been done. what: they are, such as "documents".

    total: of all items; by default their `len`, if they have one. An item is done when the next one is asked for. What ends the loop
    early, such as Ctrl-C, leaves a clean line.
    """
    if total is None and isinstance(items, Sized):
        total = len(items)
    done = 0
    with Progress(what) as progress:
        for item in items:
            yield item
            done += 1
            progress.update(min(1.0, done / total) if total else None, done)


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show how long something goes on, of which nobody knows how much is done. what: goes on, such as "building the wheel"."""
    ended = Event()
    progress = Progress(what)
    begun = monotonic()

    def tell() -> None:
        while not ended.wait(_TICK_SECONDS):
            if progress.is_due():
                progress.show(f"{what}, {clock(monotonic() - begun)} so far")

    thread = Thread(target=tell, daemon=True, name="kernel progress")
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        progress.clear()


class Progress:
    """Shows how much is done. what: is done, such as "rows". stream: by default standard error, as it is then.

    As a context it leaves a clean line in any case.
    """

    def __init__(self, what: str, *, stream: TextIO | None = None) -> None:
        self._what = what
        self._stream = stream
        self._is_terminal = moves(stream or sys.stderr)
        self._begun = self._shown = monotonic()
        self._drawn = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()

    def __call__(self, done: int, total: int) -> None:
        """Show that so many of all are done; the last clears the line."""
        if done < total:
            self.update(done / total, done)
        else:
            self.clear()

    def update(self, share: float | None, done: int) -> None:
        """Show something if the last time was long enough ago. share: of all that is to be done, None if that is not known."""
        if self.is_due():
            self.show(line(share, f"{done:,} {self._what}", monotonic() - self._begun))

    def is_due(self) -> bool:
        """Whether the last time was long enough ago."""
        now = monotonic()
        pause = min(_LONGEST_SECONDS, max(_LINE_SECONDS, (now - self._begun) / 20))
        return now - self._shown >= (_REDRAW_SECONDS if self._is_terminal else pause)

    def show(self, text: str) -> None:
        """Show a line: over the last one on a terminal, as one more elsewhere."""
        self._shown = monotonic()
        if not self._is_terminal:
            say(text, err=True, file=self._stream)
            return
        # A line that wraps could not be cleared. The numbers say more than the bar.
        room = get_terminal_size().columns - 1
        text = (text if len(text) <= room else _BAR.sub("", text))[:room]
        say_over(text.ljust(self._drawn), file=self._stream)
        self._drawn = len(text)

    def writing(self, size: int) -> None:
        """Say that a file is written now, which takes a while for a large one. size: in bytes."""
        if not self._is_terminal and monotonic() - self._begun < _LINE_SECONDS:
            return
        self.show(f"writing {size / 1e6:,.0f} MB")

    def clear(self) -> None:
        """Make room on the terminal for other output."""
        if self._drawn:
            say_over(" " * self._drawn, file=self._stream)
            say_over("", file=self._stream)
            self._drawn = 0


def line(share: float | None, done: str, seconds: float) -> str:
    """One line: share done, what is done, time left."""
    if not share:
        return f"{done}, {clock(seconds)} so far"
    return f"{bar(share)} {done}, {clock(seconds * (1 - share) / share)} left"


def bar(share: float) -> str:
    """A share in percent, and as a bar."""
    return f"{share:4.0%} [{'#' * int(share * _BAR_WIDTH):.<{_BAR_WIDTH}}]"


def clock(seconds: float) -> str:
    """h:mm:ss, or m:ss below an hour."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
