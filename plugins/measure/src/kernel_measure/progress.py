"""How much of something long is done, and how long it will still take: one line on a terminal."""

import sys
from time import perf_counter

from kernel.cli.say import say_over

_SECONDS = 0.2


class Progress:
    """Shows what is done on standard error, if that is a terminal. what: is done, such as "thresholds"."""

    def __init__(self, what: str) -> None:
        self._what, self._start, self._shown = what, perf_counter(), 0.0
        self._width = 0

    def __call__(self, done: int, total: int) -> None:
        """Show that so many are done."""
        now = perf_counter()
        if not sys.stderr.isatty() or (now - self._shown < _SECONDS and done < total):
            return
        self._shown = now
        left = (now - self._start) / done * (total - done)
        self._say("" if done == total else f"{done} of {total} {self._what}, {clock(left)} left")

    def _say(self, text: str) -> None:
        say_over(text.ljust(self._width))
        self._width = len(text)
        if not text:
            say_over("")


def clock(seconds: float) -> str:
    """h:mm:ss, or m:ss below an hour."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
