"""An optimizer goes on in another process as if nothing had happened."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from thinc.api import Adam, Linear, Model, Optimizer, RAdam, Shim

from kernel.numeric.optimizer_state import keeps_state, optimizer_state, restore_optimizer
from kernel.numeric.parameters import Parameters
from kernel.training.encoding import Arrays, decode, encode


class Weights(Shim):
    """Weights of another framework, which the optimizer knows by the number of the shim."""

    def __init__(self) -> None:
        super().__init__(None)
        self.weights = np.ones(3, dtype="f")

    def finish_update(self, optimizer: Any) -> None:
        self.weights, _ = optimizer((self.id, "w"), self.weights, np.full(3, 0.5, dtype="f"))


def warm() -> Iterator[float]:
    rate = 0.0
    while True:
        rate += 0.01
        yield rate


class Slow:
    """A schedule that knows where it is."""

    def __init__(self) -> None:
        self.step = 0
        self.asked = 0

    def __iter__(self) -> "Slow":
        return self

    def __next__(self) -> float:
        self.asked += 1
        self.step += 1
        return 0.001 * self.step

    def state(self) -> int:
        return self.step

    def restore(self, state: int) -> None:
        self.step = state


MAKERS: dict[str, Callable[[], Optimizer]] = {
    "adam": lambda: Adam(0.01, use_averages=True),
    "radam": lambda: RAdam(0.01, use_averages=True),
    "sgd": lambda: Optimizer(0.01, beta1=0.0, beta2=0.0, use_averages=False),
    "schedules": lambda: Adam(warm(), L2=[0.1, 0.2, 0.3], use_averages=False),
    "stateful schedule": lambda: Adam(Slow(), grad_clip=warm()),
}


class Trained:
    """A table of which few rows are met, and weights of another framework."""

    def __init__(self, optimizer: Optimizer) -> None:
        table = Linear(4, 5000).initialize()
        table.set_param("W", np.zeros((4, 5000), dtype="f"))
        self.shim = Weights()
        outer = Model("outer", lambda m, x, t: m.layers[0](x, t), layers=[table], shims=[self.shim])
        self.models = {"m": outer}
        self.table, self.optimizer = table, optimizer
        self.parameters = Parameters(self.models)

    def steps(self, first: int, last: int) -> None:
        for step in range(first, last):
            gradient = np.random.default_rng(step).normal(size=(4, 5000)).astype("f")
            gradient[:, step % 7 :] = 0
            self.table.inc_grad("W", gradient)
            self.table.inc_grad("b", gradient[:, 0])
            self.parameters.step(self.optimizer)
            self.optimizer.step_schedules()

    def found(self) -> list[Any]:
        optimizer = self.optimizer
        kept = [optimizer.mom1, optimizer.mom2, optimizer.averages or {}]
        arrays = [array for values in kept for array in values.values()]
        return [
            self.table.get_param("W").tobytes(),
            self.table.get_param("b").tobytes(),
            self.shim.weights.tobytes(),
            [array.tobytes() for array in arrays],
            list(optimizer.nr_update.values()),
            optimizer.learn_rate,
            optimizer.L2,
        ]


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("cut", [1, 4, 11])
def test_it_goes_on_as_if_nothing_had_happened(name: str, cut: int) -> None:
    straight, one, other = (Trained(MAKERS[name]()) for _ in range(3))
    straight.steps(0, 16)
    one.steps(0, cut)
    arrays = Arrays()
    state = encode(optimizer_state(one.optimizer, one.models), arrays)
    # What comes after must not reach what was taken.
    weights = [
        array.copy() for array in (one.table.get_param("W"), one.table.get_param("b"), one.shim.weights)
    ]
    one.steps(cut, cut + 3)
    other.table.set_param("W", weights[0])
    other.table.set_param("b", weights[1])
    other.shim.weights = weights[2]

    def replay() -> None:
        for _ in range(cut):
            other.optimizer.step_schedules()

    restore_optimizer(other.optimizer, other.models, decode(state, arrays.copies), replay)
    other.steps(cut, 16)
    assert other.found() == straight.found()


def test_a_schedule_with_a_state_is_not_asked_again() -> None:
    one, other = (Trained(MAKERS["stateful schedule"]()) for _ in range(2))
    one.steps(0, 9)
    arrays = Arrays()
    state = decode(encode(optimizer_state(one.optimizer, one.models), arrays), arrays.copies)
    restore_optimizer(
        other.optimizer, other.models, state, lambda: [other.optimizer.step_schedules() for _ in range(9)]
    )
    schedule = other.optimizer.schedules["learn_rate"]
    assert (schedule.asked, schedule.step) == (
        1,
        10,
    ) and other.optimizer.learn_rate == one.optimizer.learn_rate


def test_one_of_somebody_else_says_its_state_itself() -> None:
    class Own:
        def __init__(self) -> None:
            self.number = 3

        def state(self) -> int:
            return self.number

        def restore(self, state: int) -> None:
            self.number = state

    one, other = Own(), Own()
    one.number = 5
    restore_optimizer(other, {}, optimizer_state(one, {}), lambda: None)
    assert other.number == 5 and keeps_state(other)


def test_one_without_a_state_has_its_schedules_stepped() -> None:
    steps: list[int] = []
    assert optimizer_state(object(), {}) is None and not keeps_state(object())
    restore_optimizer(object(), {}, None, lambda: steps.append(1))
    assert steps == [1]
