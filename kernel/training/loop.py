"""The training loop."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from kernel.errors import warn
from kernel.training.batches import batches
from kernel.training.checkpoint import Unsavable, save
from kernel.training.run import Info, Run


def train(run: Run) -> Iterator[Info]:
    """Train until a limit is reached, a callback says stop or the data ends; yields after every update.

    On an error or Ctrl-C what has been learnt is saved as `model-last` first, unless the weights are spoilt.
    """
    try:
        run.hook.train_start(run=run)
        for batch in batches(run):
            losses = run.hook.update(run=run, batch=batch)
            info = run.advance(batch, losses)
            run.hook.step_end(run=run, info=info)
            if run.evaluation_due:
                _evaluate(run)
                info.score, info.scores = run.score, run.scores
            yield info
            run.reason = run.hook.should_stop(run=run)
            if run.reason:
                break
        else:
            run.reason = f"max_epochs = {run.epoch} reached"
        if not run.is_evaluated:
            _evaluate(run)
        run.hook.train_end(run=run, reason=run.reason)
    except (Exception, KeyboardInterrupt) as error:
        _rescue(run, error)
        raise


def _evaluate(run: Run) -> None:
    scores = run.hook.evaluate(run=run)
    is_best = run.record(scores)
    run.hook.evaluated(run=run, scores=scores, is_best=is_best)
    save(run, is_best=is_best)
    run.losses = {}


def _rescue(run: Run, error: BaseException) -> None:
    # Step 0 has nothing to rescue, and an earlier run may have left a good model there.
    if run.step and not isinstance(error, Unsavable):
        with _only_warning():
            save(run, is_best=False)
    with _only_warning():
        run.hook.train_error(run=run, error=error)


@contextmanager
def _only_warning() -> Iterator[None]:
    try:
        yield
    except Exception as second:  # noqa: BLE001 (the first error is the one to be seen)
        warn(f"after the error below: {second}")
