"""What a run writes to its output besides its models: its history, and what it can be resumed from.

The loop says where it is. Between two steps the state of the run is copied, and a thread writes the copy while training
goes on; a checkpoint that can't be written is a warning, and the one before it stays.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from threading import Thread
from time import monotonic
from typing import Any

from kernel.config.sections import deciding
from kernel.errors import note, warn
from kernel.numeric.optimizer_state import keeps_state
from kernel.training import checkpoint, output, snapshot
from kernel.training.callback_state import CallbackStates
from kernel.training.history import History
from kernel.training.run import Info, Run
from kernel.training.snapshot import Snapshot

# After so many steps a run is more than a try.
_TRIED = 1000


class Record:
    """The record of one run. position: gives the state of its data."""

    def __init__(self, run: Run, position: Callable[[], Any], callbacks: CallbackStates) -> None:
        self._run, self._position, self._callbacks = run, position, callbacks
        self._history = (
            History(run.output, lambda: output.write_record(run)) if run.output is not None else None
        )
        self._settings: Any = getattr(run.settings, "checkpoint", None) if run.output is not None else None
        self._is_free = run.output is None or output.is_free(run.output, run.kind.results)
        self._writer: _Writer | None = None
        self._taken = monotonic()
        self._taken_step = -1
        self._waits = False
        # Of the checkpoints of this run that are there.
        self._steps: list[int] = []
        if self.is_on and not keeps_state(run.optimizer):
            note(
                f"the optimizer, a {type(run.optimizer).__qualname__}, has no state() and restore(state): "
                "a run that is resumed begins anew with what it gathers"
            )

    @cached_property
    def _config(self) -> str:
        """The config as text: who looks into the step has nothing else of it."""
        return deciding(self._run.config).to_str()

    @property
    def is_on(self) -> bool:
        """Whether checkpoints are wanted at all."""
        wanted = self._settings
        return wanted is not None and bool(wanted.every_steps or wanted.every_minutes or wanted.at_evaluation)

    def check(self) -> None:
        """`DataError` if there are to be checkpoints, and a callback has a state that can't be kept."""
        if self.is_on:
            self._callbacks.check()

    def begin(self) -> None:
        """Let the output belong to a new run, and begin its history there."""
        output.claim(self._run)
        if self._history is not None and not self._history.is_open:
            self._history.begin()

    def go_on(self, size: int) -> None:
        """Go on with the output of the run that is resumed. size: of its history, in bytes.

        Checkpoints of later steps, which will come again, are removed: they would pass for the latest of this run.
        """
        run = self._run
        if self._history is not None and run.output is not None:
            found = sorted(checkpoint.step_of(path) for path in checkpoint.checkpoints(run.output))
            self._steps = [step for step in found if step <= run.step]
            if later := [str(step) for step in found if step > run.step]:
                warn(
                    f"{run.output} goes on from step {run.step}: its checkpoints of later steps ({', '.join(later)}) are removed, "
                    f"and {run.kind.results.best} may be that of one of them, until one with a better score is saved"
                )
            checkpoint.keep_only(run.output, self._steps)
            self._history.go_on(size)
        # One of before the evaluation is replaced after it.
        self._taken_step = run.step if run.is_evaluated or not run.evaluation_due else -1

    def step(self, info: Info) -> None:
        """Note a step."""
        if self._history is None:
            return
        self._history.step(self._run, info)
        # What an earlier run left stays until this one has something to put in its place.
        if not self._history.is_open and (self._run.is_claimed or self._is_free or info.step >= _TRIED):
            self.begin()

    def evaluated(self) -> None:
        """Note an evaluation."""
        if self._history is not None:
            self._history.evaluated(self._run)

    def between_steps(self) -> None:
        """Write a checkpoint if one is due, in the background."""
        if self._is_due():
            # Otherwise it would take the place of one that a run can go on from.
            output.check_weights(self._run)
            self._write(self.take())

    def take(self, *, asked: bool = True) -> Snapshot | None:
        """The state of the run, which must be between two steps, to be written; None where checkpoints are off.

        asked: whether it is known if training goes on.
        """
        self.begin()
        # Also without checkpoints: who hears of the end of the run finds its history whole.
        size = self._history.flush() if self._history is not None else 0
        if not self.is_on:
            return None
        self._taken, self._taken_step, self._waits = monotonic(), self._run.step, False
        extra = {"history": size, "facts": self._run.facts, "config": self._config}
        return snapshot.take(self._run, self._position(), self._callbacks.states(), asked=asked, extra=extra)

    def interrupted(self) -> None:
        """Write a checkpoint of the step whose evaluation has not come to its end. A run that is resumed evaluates first."""
        if self.is_on and self._run.step != self._taken_step:
            self._write(self.take(asked=False))

    def keep_failed(self, latest: Any) -> None:
        """Keep a step that failed, to be repeated: the state before it. latest: leads to its batch, see `Batches.latest`."""
        if self._run.output is None:
            return
        self._settle()
        extra = {"facts": self._run.facts, "config": self._config, "failed": True}
        taken = snapshot.take(self._run, latest, self._callbacks.states(), extra=extra)
        checkpoint.write(checkpoint.failed(self._run.output), taken)

    def left(self) -> None:
        """Write a checkpoint of where the caller left the loop, and wait until it is there."""
        # Should the run be resumed, it is not known yet whether it goes on after this step.
        self._write(self.take(asked=False))
        self._settle()

    def end(self, last: Snapshot | None) -> None:
        """Write the last checkpoint, and wait until it is there. last: None to write none."""
        self._write(last)
        self.close()

    def settle(self) -> None:
        """Write what waits, so that whoever hears of an error finds the output as it stays."""
        self._settle()
        if self._history is not None:
            # A run that fails early has rows before it has a file.
            if self._run.is_claimed and self._history.waits and not self._history.is_open:
                self._history.begin()
            self._history.flush()

    def close(self) -> None:
        """Write what waits, and close the files."""
        self.settle()
        if self._history is not None:
            self._history.close()

    def _is_due(self) -> bool:
        run, wanted = self._run, self._settings
        if not self.is_on or run.step == self._taken_step:
            return False
        is_best = run.is_evaluated and wanted.at_evaluation and wanted.keep_best and run.kept_step == run.step
        due = (
            self._waits
            or (wanted.every_steps and run.step % wanted.every_steps == 0)
            or (wanted.at_evaluation and run.is_evaluated)
            or (wanted.every_minutes and monotonic() - self._taken >= 60 * wanted.every_minutes)
        )
        if due and not is_best and self._writer is not None and self._writer.is_alive():
            # The next step will do as well, and training does not stand still for the disk.
            self._waits = True
            return False
        return bool(due)

    def _write(self, taken: Snapshot | None) -> None:
        self._settle()
        if self._run.output is None or taken is None:
            return
        folder = checkpoint.folder_of(self._run.output, taken.run["step"])
        self._writer = _Writer(lambda: self._save(folder, taken))
        self._writer.start()

    def _save(self, folder: Any, taken: Snapshot) -> None:
        if self._history is not None:
            self._history.sync()
        try:
            checkpoint.write(folder, taken)
        except FileNotFoundError:
            # Somebody has replaced, moved or removed the output meanwhile.
            checkpoint.write(folder, taken)
        counters = taken.run
        steps = sorted({*self._steps, counters["step"]})
        kept = set(steps[-self._settings.keep :])
        if self._settings.keep_best:
            kept |= {counters["kept_step"]} & set(steps)
        checkpoint.keep_only(self._run.output, kept)  # type: ignore[arg-type]
        self._steps = sorted(kept)

    def _settle(self) -> None:
        """Wait for the thread, and say what it could not do."""
        writer, self._writer = self._writer, None
        if writer is None:
            return
        writer.join()
        if writer.error is not None:
            kept = f"that of step {self._steps[-1]} is kept" if self._steps else "there is none before it"
            warn(
                f"the checkpoint of the run in {self._run.output} can't be written, {kept}: {_said(writer.error)}"
            )


def _said(error: Exception) -> str:
    """An error without the name of a file that is another one each time: a warning is shown once."""
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


class _Writer(Thread):
    """Does one thing in the background, and keeps its error."""

    def __init__(self, work: Callable[[], None]) -> None:
        super().__init__(name="kernel-checkpoint")
        self._work = work
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            self._work()
        except Exception as error:  # noqa: BLE001 (said by whoever waits for it)
            self.error = error
