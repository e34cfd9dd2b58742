"""A run that begins again, from its last checkpoint, after a worker was lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from kernel.errors import note
from kernel.files.lock import Lock
from kernel.training.team import Lost

if TYPE_CHECKING:
    from kernel.training.run import Run

T = TypeVar("T")


def with_restarts(
    attempt: Callable[[bool, int | None], Run], steps: Callable[[Run], T], lock: Lock | None = None
) -> tuple[Run, T]:
    """Prepare a run and train it; where a worker is lost, again, as often as `[training.workers]` says. Returns the run and its result.

    attempt: prepares the run, and does nothing else: it is lost with its workers. It gets whether to go on from the last checkpoint of the
    output, if there is one, and the seed of the run that was lost (None before there was one). steps: checks what was prepared, and
    trains it; the workers end with it. What the lost one has not done is done again. lock: of the output, free in between.
    """
    again, seed, lost = False, None, 0
    while True:
        run = None
        try:
            run = attempt(again, seed)
            return run, steps(run)
        except Lost as error:
            lost += 1
            if lost > error.restarts:
                raise
            note(f"{error.message}: restart {lost} of {error.restarts}")
        finally:
            if run is not None:
                run.team.close()
        if run is not None:
            # What an earlier run left in the output is not to be gone on with.
            again, seed = again or run.is_claimed, run.seed
        if lock is not None:
            lock.release()
