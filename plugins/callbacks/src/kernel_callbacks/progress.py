"""How far a run is and how long it will still take: a moving line on a terminal, a line now and then elsewhere."""

from typing import Literal, TextIO

from kernel.cli import progress as shown
from kernel.cli.progress import clock
from kernel.training.run import Info, Run

Mode = Literal["train", "eval"]


class Progress:
    """Shows the progress to the end of training ("train") or to the next evaluation ("eval")."""

    only_tells = True

    def __init__(self, mode: Mode, stream: TextIO | None = None) -> None:
        self._mode = mode
        self._shown = shown.Progress("steps", stream=stream)
        self._epoch_steps = 0

    def update(self, run: Run, info: Info) -> None:
        """Count a step; shows something if the last time was long enough ago."""
        if info.epoch and not self._epoch_steps:
            self._epoch_steps = (info.step - 1) // info.epoch
        if self._shown.is_due():
            self._shown.show(progress_line(info, *self._extent(run, info)))

    def clear(self) -> None:
        """Make room on the terminal for other output."""
        self._shown.clear()

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
    left = max(0, total - done) * info.seconds / info.step
    return f"{shown.bar(share)} step {done} of {total}, {clock(left)} left, {speed}"
