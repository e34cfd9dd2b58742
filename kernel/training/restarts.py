"""A run that begins again, from its last checkpoint, after a worker was lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from kernel.errors import note
from kernel.training.team import Lost

if TYPE_CHECKING:
    from kernel.training.run import Run

T = TypeVar("T")


def with_restarts(attempt: Callable[[bool, int | None], Run], steps: Callable[[Run], T]) -> tuple[Run, T]:
    """Prepare a run and train it; where a worker is lost, again, as often as `[training.workers]` says. Returns the run and its result.

    attempt: prepares the run. It gets whether to go on from the last checkpoint of the output, if there is one, and the seed of the run
    that was lost (None the first time). steps: trains it. What the lost one has not done is done again; the lock of the output is free
    in between.
    """
    again, seed, lost = False, None, 0
    while True:
        run = attempt(again, seed)
        try:
            return run, steps(run)
        except Lost as error:
            lost += 1
            most = run.settings.workers.max_restarts
            if lost > most:
                raise
            note(f"{error.message}: restart {lost} of {most}")
        # What an earlier run left in the output is not to be gone on with.
        again, seed = run.is_claimed, run.seed
        if run.lock is not None:
            run.lock.release()
