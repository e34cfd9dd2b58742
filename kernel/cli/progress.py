"""How much of something long is done, and how long it will still take: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
from shutil import get_terminal_size
from time import monotonic

from kernel.cli.say import say, say_over

_REDRAW_SECONDS = 0.2
_LINE_SECONDS = 10.0
_BAR_WIDTH = 24


class Progress:
    """Shows on standard error how much is done. what: is done, such as "rows"."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._is_terminal = sys.stderr.isatty()
        self._begun = self._shown = monotonic()
        self._drawn = 0

    def __call__(self, done: int, total: int) -> None:
        """Show that so many of all are done; the last clears the line."""
        if done < total:
            self.update(done / total, done)
        else:
            self.clear()

    def update(self, share: float | None, done: int) -> None:
        """Show something if the last time was long enough ago. share: of all that is to be done, None if that is not known."""
        now = monotonic()
        if now - self._shown < (_REDRAW_SECONDS if self._is_terminal else _LINE_SECONDS):
            return
        self._shown = now
        text = line(share, f"{done:,} {self._what}", now - self._begun)
        if not self._is_terminal:
            say(text, err=True)
            return
        # A line that wraps could not be cleared.
        text = text[: get_terminal_size().columns - 1]
        say_over(text.ljust(self._drawn))
        self._drawn = len(text)

    def writing(self, size: int) -> None:
        """Say that a file is written now, which takes a while for a large one. size: in bytes."""
        if not self._is_terminal and monotonic() - self._begun < _LINE_SECONDS:
            return
        text = f"writing {size / 1e6:,.0f} MB"
        if not self._is_terminal:
            say(text, err=True)
            return
        say_over(text.ljust(self._drawn))
        self._drawn = len(text)

    def clear(self) -> None:
        """Make room on the terminal for other output."""
        if self._drawn:
            say_over(" " * self._drawn)
            say_over("")
            self._drawn = 0


def line(share: float | None, done: str, seconds: float) -> str:
    """One line: share done, what is done, time left."""
    if not share:
        return f"{done}, {clock(seconds)} so far"
    bar = "#" * int(share * _BAR_WIDTH)
    return f"{share:4.0%} [{bar:.<{_BAR_WIDTH}}] {done}, {clock(seconds * (1 - share) / share)} left"


def clock(seconds: float) -> str:
    """h:mm:ss, or m:ss below an hour."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
