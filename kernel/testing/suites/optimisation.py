"""Suites for thinc's kinds: optimizers, schedules, losses and initializers."""

from itertools import islice
from typing import Any, ClassVar

import numpy as np
from thinc.api import Linear

from kernel.config import resolve
from kernel.numeric.ops import get_ops
from kernel.numeric.random import seed_all
from kernel.numeric.schedules import by_step
from kernel.state import copied, is_stateful
from kernel.testing.suites.base import Suite


class OptimizerSuite(Suite):
    """A function of the registry `optimizers`: returns a callable `(key, weights, gradient, lr_scale=1.0)`."""

    kind = "optimizers"
    steps: ClassVar[int] = 200

    def weights(self) -> Any:
        """The weights after some steps towards the minimum of a parabola at 1."""
        optimizer = self.build()
        weights, gradient = get_ops().alloc1f(4), get_ops().alloc1f(4)
        for _ in range(self.steps):
            gradient[:] = 2 * (weights - 1)
            weights, gradient = optimizer((0, "W"), weights, gradient)
            optimizer.step_schedules()
        return weights

    def golden(self) -> Any:
        return self.weights()

    def test_goes_downhill(self) -> None:
        weights = self.weights()
        assert np.isfinite(weights).all()
        assert (abs(weights - 1) < 0.9).all(), (
            f"from 0 it went to {weights} in {self.steps} steps, the minimum is at 1"
        )

    def test_clears_the_gradient(self) -> None:
        weights, gradient = get_ops().alloc1f(4), get_ops().alloc1f(4)
        gradient += 1
        _, gradient = self.build()((0, "W"), weights, gradient)
        assert not gradient.any(), "the gradient is not zero after a step, so that it would count twice"

    def test_steps_are_the_same_each_time(self) -> None:
        assert np.array_equal(self.weights(), self.weights())

    def test_serves_a_model(self) -> None:
        model = Linear(2, 2).initialize()
        before = model.get_param("W").copy()
        _, backprop = model.begin_update(model.ops.alloc2f(3, 2) + 1)
        backprop(model.ops.alloc2f(3, 2) + 1)
        model.finish_update(self.build())
        assert not np.array_equal(model.get_param("W"), before)

    def test_a_state_leads_on_from_where_it_was_taken(self) -> None:
        """A run keeps the state of a Thinc optimizer itself; another one that has a state must have it whole."""
        optimizer = self.build()
        if not is_stateful(optimizer):
            return
        weights, gradient = get_ops().alloc1f(4), get_ops().alloc1f(4)
        for step in range(20):
            if step == 10:
                state = copied(optimizer.state(), self.name)
                optimizer = self.build()
                optimizer.restore(state)
            gradient[:] = 2 * (weights - 1)
            weights, gradient = optimizer((0, "W"), weights, gradient)
            optimizer.step_schedules()
        straight, expected = self.build(), get_ops().alloc1f(4)
        for _ in range(20):
            gradient[:] = 2 * (expected - 1)
            expected, gradient = straight((0, "W"), expected, gradient)
            straight.step_schedules()
        assert np.array_equal(weights, expected)


class ScheduleSuite(Suite):
    """A function of the registry `schedules`: gives one number a step.

    lowest, highest: bounds of the numbers.
    """

    kind = "schedules"
    lowest: ClassVar[float] = 0.0
    highest: ClassVar[float] = float("inf")
    steps: ClassVar[int] = 300

    def values(self) -> list[float]:
        """The numbers of the first steps."""
        seed_all(self.seed, self.name)
        value = by_step(self.build())
        return [value(step) for step in range(self.steps)]

    def golden(self) -> Any:
        return self.values()[:: max(1, self.steps // 10)]

    def test_numbers_stay_in_their_bounds(self) -> None:
        values = self.values()
        assert np.isfinite(values).all()
        assert self.lowest <= min(values) and max(values) <= self.highest, (
            f"from {min(values)} to {max(values)}"
        )

    def test_numbers_are_the_same_each_time(self) -> None:
        assert self.values() == self.values()

    def test_an_optimizer_takes_it_as_its_learning_rate(self) -> None:
        block = {"@optimizers": "SGD.v1", "learn_rate": {f"@{self.kind}": self.name, **self.settings}}
        optimizer = resolve(block, path=self.name)
        for _ in islice(range(self.steps), 3):
            optimizer.step_schedules()
        assert np.isfinite(optimizer.learn_rate)

    def test_a_state_leads_on_from_where_it_was_taken(self) -> None:
        expected = self.values()
        for cut in (0, 1, self.steps // 2):
            seed_all(self.seed, self.name)
            value, resumed = by_step(self.build()), by_step(self.build())
            before = [value(step) for step in range(cut)]
            resumed.restore(copied(value.state(), self.name))
            if cut:
                seed_all(self.seed, "another")
            found = before + [resumed(step) for step in range(cut, self.steps)]
            assert found == expected, f"after {cut} steps it can't be resumed"


class LossSuite(Suite):
    """A function of the registry `losses`: returns an object with get_loss and get_grad of guesses and truths."""

    kind = "losses"

    def guesses(self) -> Any:
        """Guesses (4, 3): rows that sum to 1."""
        numbers = np.random.default_rng(self.seed).uniform(0.1, 1.0, size=(4, 3)).astype("float32")
        return numbers / numbers.sum(axis=1, keepdims=True)

    def truths(self) -> Any:
        """What is true of them (4, 3): a 1 in each row."""
        return np.eye(3, dtype="float32")[[0, 2, 1, 0]]

    def golden(self) -> Any:
        loss = self.build()
        truths = self.truths()
        return [loss.get_loss(self.guesses(), truths), loss.get_grad(self.guesses(), truths)]

    def test_the_gradient_has_the_shape_of_the_guesses(self) -> None:
        gradient = self.build().get_grad(self.guesses(), self.truths())
        assert gradient.shape == self.guesses().shape
        assert np.isfinite(gradient).all()

    def test_a_step_against_the_gradient_lowers_the_loss(self) -> None:
        loss, guesses, truths = self.build(), self.guesses(), self.truths()
        before = float(loss.get_loss(guesses, truths))
        after = float(loss.get_loss(guesses - 0.01 * loss.get_grad(guesses, truths), truths))
        assert 0 <= after < before

    def test_guesses_that_are_right_have_no_loss(self) -> None:
        assert abs(float(self.build().get_loss(self.truths(), self.truths()))) < 1e-5


class InitializerSuite(Suite):
    """A function of the registry `initializers`: returns a function of ops and shape that gives an array."""

    kind = "initializers"

    def array(self, shape: tuple[int, ...] = (16, 8)) -> Any:
        """New weights."""
        seed_all(self.seed, self.name)
        return self.build()(get_ops(), shape)

    def golden(self) -> Any:
        return self.array()

    def test_has_the_shape_and_type_of_weights(self) -> None:
        for shape in ((16, 8), (3, 4, 5)):
            array = self.array(shape)
            assert array.shape == shape and array.dtype == np.float32
            assert np.isfinite(array).all()

    def test_equal_seeds_give_equal_numbers(self) -> None:
        assert np.array_equal(self.array(), self.array())
