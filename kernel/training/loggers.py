"""The logger protocol of the field as a callback."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from kernel.state import is_stateful
from kernel.training.hooks import hookimpl, implementations
from kernel.training.run import Run


def adapt(logger: Any) -> object:
    """A logger's setup function as a callback; anything with events of its own as it is."""
    return LoggerAdapter(logger) if callable(logger) and not implementations(logger) else logger


class LoggerAdapter:
    """Runs `setup(pipeline, stdout, stderr) -> (log_step, finalize)`.

    `log_step` gets None after a step without evaluation, else a dict with epoch, step, score, other_scores, losses,
    checkpoints, seconds, words and, once saved, output_path.
    """

    def __init__(self, setup: Callable[..., Any]) -> None:
        self._setup: Any = setup
        self._log_step: Callable[[dict[str, Any] | None], None] = lambda info: None
        self._finalize: Callable[[], None] = lambda: None
        self._info: dict[str, Any] | None = None

    @hookimpl
    def train_start(self, run: Run) -> None:
        self._log_step, self._finalize = self._setup(run.pipeline, sys.stdout, sys.stderr)

    @hookimpl
    def step_end(self, run: Run) -> None:
        if not run.evaluation_due:
            self._log_step(None)

    @hookimpl
    def evaluated(self, run: Run) -> None:
        info: dict[str, Any] = {
            "epoch": run.total_epochs,
            "step": run.step,
            "score": run.score,
            "other_scores": dict(run.scores),
            "losses": dict(run.losses),
            "checkpoints": list(run.history),
            "seconds": int(run.seconds),
            "words": run.words,
        }
        if run.output is None:
            self._log_step(info)
        else:
            self._info = info

    @hookimpl
    def saved(self, run: Run) -> None:
        # The row waits until the model is there, because it names its place.
        if self._info is not None:
            info, self._info = self._info, None
            self._log_step(
                {**info, "output_path": str(run.output / run.kind.results.last) if run.output else ""}
            )

    @hookimpl
    def train_error(self) -> None:
        self._close()

    @hookimpl
    def train_end(self) -> None:
        self._close()

    def state(self) -> Any:
        """That of the setup function, if it has one; `setup` itself is called anew."""
        return self._setup.state() if is_stateful(self._setup) else None

    def restore(self, state: Any) -> None:
        """Give the setup function its state back."""
        if is_stateful(self._setup):
            self._setup.restore(state)

    def _close(self) -> None:
        # Once: an error after the end of training is announced too.
        finalize, self._finalize = self._finalize, lambda: None
        finalize()
