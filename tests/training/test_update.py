"""A step whose error a callback swallows leaves nothing behind."""

from collections.abc import Callable
from math import nan
from typing import Any

import pytest
from thinc.api import Adam

from kernel import hookimpl, registry
from kernel.errors import ConfigError, KernelWarning
from kernel.training.loop import train
from kernel.training.run import Run
from kernel.training.update import warn_of_unknown

MakeRun = Callable[..., Run]


class Swallow:
    @hookimpl(wrapper=True)
    def update(self) -> Any:
        try:
            return (yield)
        except BaseException:  # noqa: BLE001
            return {}


class Leave:
    """Makes no step of the third batch."""

    @hookimpl
    def update(self, run: Run) -> dict[str, float] | None:
        return {} if run.step == 2 else None


def fail_in(run: Run, what: str) -> None:
    """Let the third part of the third batch fail."""
    update, parts = run.pipeline.update, iter(range(10**6))

    def broken(examples: Any, *, losses: dict[str, float], **settings: Any) -> None:
        update(examples, losses=losses, **settings)
        if run.step == 2 and next(parts) == 2:
            if what == "loss":
                losses["line"] = nan
            elif what == "interrupt":
                raise KeyboardInterrupt
            else:
                raise ZeroDivisionError

    run.pipeline.update = broken


@pytest.mark.parametrize("key", ["shards", "accumulate_gradient"])
@pytest.mark.parametrize("what", ["error", "loss", "interrupt"])
def test_a_swallowed_step_counts_as_none(make_run: MakeRun, what: str, key: str) -> None:
    broken, whole = make_run(Swallow(), **{key: 4}), make_run(Leave(), **{key: 4})
    fail_in(broken, what)
    losses = [dict(info.losses) for info in train(broken)]
    assert losses == [dict(info.losses) for info in train(whole)] and losses[2] == {}
    assert broken.parameters.weights.tobytes() == whole.parameters.weights.tobytes()
    assert broken.history == whole.history


def test_an_optimizer_that_fails_leaves_no_gradients(make_run: MakeRun) -> None:
    run = make_run(Swallow(), shards=2, max_steps=1)

    def broken(*args: Any) -> Any:
        raise ZeroDivisionError

    run.optimizer = broken
    list(train(run))
    assert run.parameters.touched == [] and not run.parameters.gradients.any()


@pytest.mark.parametrize("value", [1.0, -0.1, nan])
def test_a_schedule_of_the_dropout_that_leaves_its_range(make_run: MakeRun, value: float) -> None:
    registry.schedules("test.Dropout.v1", lambda: iter([0.0, 0.5, value]))
    with pytest.raises(ConfigError, match=rf"^training\.dropout is {value} at step 2, .* from 0 to below 1"):
        list(train(make_run(dropout={"@schedules": "test.Dropout.v1"})))


@pytest.mark.parametrize("value", [-0.1, nan])
def test_a_schedule_of_the_learn_rate_that_leaves_its_range(make_run: MakeRun, value: float) -> None:
    run = make_run()
    run.optimizer = Adam(iter([0.1, 0.1, value]))
    with pytest.raises(ConfigError, match=rf"^the learn rate is {value} at step 2, .* at least 0"):
        list(train(run))


def test_of_many_unknown_labels_the_first_are_told():
    class Pipeline:
        def unknown_labels(self, examples):
            return {"morphologizer": [f"L{number:02}" for number in range(25)], "ner": ["X", "Y"]}

    with pytest.warns(KernelWarning) as caught:
        warn_of_unknown(Pipeline(), [], "corpora.dev")
    first, second = (str(each.message) for each in caught)
    assert first.endswith(
        "did not see in training: " + ", ".join(f"L{n:02}" for n in range(10)) + " and 15 more"
    )
    assert second.endswith("training: X, Y")
