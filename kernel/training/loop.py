"""The training loop: when each event of a run happens.

What the kernel itself does at an event is in `kernel.training.update`: `Builtin.update` takes a step, `Builtin.evaluate` scores
the pipeline, `Builtin.should_stop` knows the limits. `kernel.training.output.save` writes what has been learnt, and
`kernel.training.batches.Batches` announces the epochs. Everything else that happens at an event is a callback's.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from kernel.errors import warn
from kernel.numeric.random import seed_all
from kernel.training.batches import Batches
from kernel.training.callback_state import CallbackStates, callbacks_of
from kernel.training.equality import check_start
from kernel.training.output import Unsavable, output_lock, save
from kernel.training.record import Record
from kernel.training.resume import hand_over, restore
from kernel.training.run import Info, Run
from kernel.training.update import NotFinite


def train(run: Run) -> Generator[Info, None, None]:
    """Train until a limit is reached, a callback says stop or the data ends; yields after every update.

    A caller that leaves the loop early (`break`, `close()`) ends the run too: what has been learnt is saved as `model-last`,
    without another evaluation, and `train_end` gets the reason. On an error, Ctrl-C or `sys.exit` it is saved first as well,
    unless the weights are spoilt, and `train_error` comes instead. Errors of saving and of callbacks come out of `close()`.
    The output is locked meanwhile: `Locked` if another run writes there.
    """
    with _together(run), _output(run):
        yield from _train(run)


def _output(run: Run) -> AbstractContextManager[Any]:
    if run.output is None or (run.lock is not None and run.lock.held):
        return nullcontext()
    return output_lock(run.output)


@contextmanager
def _together(run: Run) -> Iterator[None]:
    """Let the processes that take part know where the run goes on, and let them go at the end."""
    is_over = run.resumed is not None and run.resumed.is_ended
    try:
        if run.team.count > 1 and not is_over:
            hand_over(run)
        yield
    finally:
        # Another member has its error still to tell.
        if run.team.is_first:
            run.team.close()


def _train(run: Run) -> Iterator[Info]:
    batches = Batches(run)
    callbacks = CallbackStates(callbacks_of(run))
    record = Record(run, batches.state, callbacks)
    try:
        if run.resumed is not None and restore(run, batches, record):
            # It has ended already, and nothing has changed.
            return
        try:
            # What callbacks draw is the same whatever was drawn before, such as by what is replayed.
            seed_all(run.seed, "train_start")
            run.hook.train_start(run=run)
            callbacks.begun()
            record.check()
            if run.team.count > 1:
                check_start(run)
            if run.resumed is not None:
                _go_on(run, callbacks, record)
            for batch in batches if run.reason is None else ():
                losses = run.hook.update(run=run, batch=batch)
                info = run.advance(batch, losses)
                run.hook.step_end(run=run, info=info)
                record.step(info)
                if run.evaluation_due:
                    _evaluate(run, record)
                    info.score, info.scores = run.score, run.scores
                yield info
                run.reason = _asked(run)
                if run.reason:
                    break
                record.between_steps()
            if run.reason is None:
                run.reason = f"max_epochs = {run.total_epochs} reached"
            if not run.is_evaluated:
                _evaluate(run, record)
            last = record.take()
            # Whoever has more data than the others is still at work.
            run.team.told(None, f"the end, after step {run.step}")
        except GeneratorExit:
            _save_unsaved(run)
            record.left()
            last = None
            run.was_left = True
            run.reason = f"the caller left the loop at step {run.step}"
        run.hook.train_end(run=run, reason=run.reason)
        record.end(last)
    except BaseException as error:
        if isinstance(error, NotFinite):
            with _only_warning():
                record.keep_failed(batches.latest())
        _rescue(run, error, record)
        raise


def _go_on(run: Run, callbacks: CallbackStates, record: Record) -> None:
    """What a run that is resumed does before its next step: what the other one had still to do after its last."""
    state = run.resumed.snapshot
    callbacks.restore(state.part("callbacks"))
    was_interrupted = run.evaluation_due and not run.is_evaluated
    if was_interrupted:
        _evaluate(run, record)
    # Also where a limit may have changed, which may be behind it already.
    if run.step and (not state.run["asked"] or state.run["reason"] or run.resumed.changes):
        run.reason = _asked(run)
    # Its arrays have been copied.
    run.resumed = None
    if was_interrupted and run.reason is None:
        record.between_steps()


def _asked(run: Run) -> str | None:
    """Why to stop after this step, None to go on. A run that is resumed may begin with it."""
    seed_all(run.seed, "should_stop", run.step)
    # The time, or a file, may be what somebody goes by: the first member's answer is that of all.
    reason: str | None = run.team.agreed(run.hook.should_stop(run=run))
    return reason


def _evaluate(run: Run, record: Record) -> None:
    try:
        scores = run.hook.evaluate(run=run)
    except BaseException:
        # The step before it is whole: it is not to be taken again.
        with _only_warning():
            record.interrupted()
        raise
    is_best = run.record(scores)
    run.hook.evaluated(run=run, scores=scores, is_best=is_best)
    record.evaluated()
    save(run, is_best=is_best)
    run.losses = {}


def _save_unsaved(run: Run) -> None:
    # Step 0 has nothing to save, and an earlier run may have left a good model there.
    if run.step and run.saved_step != run.step:
        save(run, is_best=False)


def _rescue(run: Run, error: BaseException, record: Record) -> None:
    try:
        if not isinstance(error, Unsavable):
            with _only_warning():
                _save_unsaved(run)
    finally:
        with _only_warning():
            record.settle()
        with _only_warning():
            run.hook.train_error(run=run, error=error)
        with _only_warning():
            record.close()


@contextmanager
def _only_warning() -> Iterator[None]:
    try:
        yield
    except Exception as second:  # noqa: BLE001 (the first error is the one to be seen)
        warn(f"after the error below: {second}")
