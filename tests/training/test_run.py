"""The best evaluations of a run are known as it goes."""

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.training.hooks import Hooks
from kernel.training.output import TRAINING
from kernel.training.protocols import BasePipeline
from kernel.training.run import Run
from kernel.training.update import Builtin


class Unread(list[Any]):
    """A list that nobody may go through."""

    def __iter__(self) -> Any:
        raise AssertionError("the whole history was read")


def make() -> Run:
    settings = SimpleNamespace(max_steps=0, patience=10**9)
    rest: dict[str, Any] = dict.fromkeys(["config", "optimizer", "parameters", "train_corpus", "dev_corpus"])
    return Run(
        kind=TRAINING, pipeline=BasePipeline(), settings=settings, hooks=Hooks(), weights={"f": 1.0}, **rest
    )


@pytest.mark.filterwarnings("ignore:there is no final score")
@given(
    st.lists(st.tuples(st.integers(1, 3), st.sampled_from([None, -0.5, 0.0, 0.25, 0.5, 1.0])), max_size=12)
)
def test_best_and_kept_steps_are_those_of_the_whole_history(
    evaluations: list[tuple[int, float | None]],
) -> None:
    run = make()
    assert (run.best_score, run.best_step, run.kept_step) == (None, 0, 0)
    for steps, score in evaluations:
        run.step += steps
        is_best = run.record({"f": score})
        assert run.history[-1] == (score, run.step) and run.score == score
        best = max((score for score, _ in run.history if score is not None), default=None)
        # As long as nothing was measured, the latest is kept.
        tied = [step for score, step in run.history if score == best]
        assert (run.best_score, run.kept_step) == (best, tied[-1])
        assert run.best_step == (0 if best is None else tied[0])
        assert is_best == (score == best)


@pytest.mark.filterwarnings("ignore:there is no final score")
def test_patience_waits_for_a_score() -> None:
    run, builtin = make(), Builtin(0.0)
    run.settings.patience = 2
    stops = []
    for score in (None, None, None, 0.5, None, None):
        run.step += 1
        run.record({"f": score})
        stops.append(builtin.should_stop(run) is not None)
    assert stops == [False, False, False, False, False, True]


def test_no_step_and_no_evaluation_reads_the_history_again() -> None:
    run, builtin = make(), Builtin(0.0)
    run.history = Unread()
    for _ in range(100):
        run.step += 1
        run.record({"f": run.step % 7})
        assert builtin.should_stop(run) is None
    assert (len(run.history), run.best_step, run.kept_step) == (100, 6, 97)
