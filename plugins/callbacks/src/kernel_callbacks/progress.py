"""How far a run is and how long it will still take: a bar on a terminal, a line now and then elsewhere."""

import sys
from shutil import get_terminal_size
from time import perf_counter
from typing import Literal, TextIO

from kernel.training.run import Info, Run

Mode = Literal["train", "eval"]

_REDRAW_SECONDS = 0.1
_LINE_SECONDS = 60.0
_BAR_WIDTH = 24


class Progress:
    """Shows the progress to the end of training ("train") or to the next evaluation ("eval")."""

    only_tells = True

    def __init__(self, mode: Mode, stream: TextIO | None = None) -> None:
        self._mode = mode
        self._stream = stream or sys.stderr
        self._terminal = self._stream.isatty()
        self._shown = perf_counter()
        self._drawn = 0
        self._epoch_steps = 0

    def update(self, run: Run, info: Info) -> None:
        """Count a step; shows something if the last time was long enough ago."""
        if info.epoch and not self._epoch_steps:
            self._epoch_steps = (info.step - 1) // info.epoch
        now = perf_counter()
        if now - self._shown < (_REDRAW_SECONDS if self._terminal else _LINE_SECONDS):
            return
        self._shown = now
        text = progress_line(info, *self._extent(run, info))
        if self._terminal:
            # A line that wraps could not be cleared.
            text = text[: get_terminal_size().columns - 1]
            self.clear()
            self._stream.write(text)
            self._drawn = len(text)
        else:
            self._stream.write(f"{text}\n")
        self._stream.flush()

    def clear(self) -> None:
        """Make room on the terminal for other output."""
        if self._drawn:
            self._stream.write("\r" + " " * self._drawn + "\r")
            self._stream.flush()
            self._drawn = 0

    def _extent(self, run: Run, info: Info) -> tuple[int, int]:
        """Steps done and steps in all; 0 in all if nobody knows."""
        settings = run.settings
        if self._mode == "eval" and settings.eval_frequency > 0:
            return (info.step - 1) % settings.eval_frequency + 1, settings.eval_frequency
        by_epochs = self._epoch_steps * max(0, settings.max_epochs)
        limits = [limit for limit in (settings.max_steps, by_epochs) if limit > 0]
        return info.step, min(limits, default=0)


def progress_line(info: Info, done: int, total: int) -> str:
    """One line: share done, steps, time left, speed."""
    speed = f"{info.words / max(info.seconds, 1e-9):,.0f} words/s"
    if not total:
        return f"step {info.step}, epoch {info.epoch}, {clock(info.seconds)} so far, {speed}"
    share = min(1.0, done / total)
    bar = "#" * int(share * _BAR_WIDTH)
    left = max(0, total - done) * info.seconds / info.step
    return f"{share:4.0%} [{bar:.<{_BAR_WIDTH}}] step {done} of {total}, {clock(left)} left, {speed}"


def clock(seconds: float) -> str:
    """h:mm:ss, or m:ss below an hour."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
