"""How far reading is, and how long it will still take: a bar on a terminal, a line now and then elsewhere."""

import sys
from shutil import get_terminal_size
from time import monotonic

from kernel.cli.say import say, say_over

_REDRAW_SECONDS = 0.2
_LINE_SECONDS = 10.0
_BAR_WIDTH = 24


class Progress:
    """Shows on standard error how much is done."""

    def __init__(self) -> None:
        self._is_terminal = sys.stderr.isatty()
        self._begun = self._shown = monotonic()
        self._drawn = 0

    def update(self, share: float | None, rows: int) -> None:
        """Show something if the last time was long enough ago. share: of the file that is read, None if that is not known."""
        now = monotonic()
        if now - self._shown < (_REDRAW_SECONDS if self._is_terminal else _LINE_SECONDS):
            return
        self._shown = now
        text = line(share, rows, now - self._begun)
        if not self._is_terminal:
            say(text, err=True)
            return
        # A line that wraps could not be cleared.
        text = text[: get_terminal_size().columns - 1]
        say_over(text.ljust(self._drawn))
        self._drawn = len(text)

    def writing(self, size: int) -> None:
        """Say that the table is written now, which takes a while for a large one. size: in bytes."""
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


def line(share: float | None, rows: int, seconds: float) -> str:
    """One line: share done, rows, time left."""
    if not share:
        return f"{rows:,} rows, {clock(seconds)} so far"
    bar = "#" * int(share * _BAR_WIDTH)
    return f"{share:4.0%} [{bar:.<{_BAR_WIDTH}}] {rows:,} rows, {clock(seconds * (1 - share) / share)} left"


def clock(seconds: float) -> str:
    """h:mm:ss, or m:ss below an hour."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
