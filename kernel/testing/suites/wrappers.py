"""The suite for layers that stand for a network of another framework."""

from __future__ import annotations

import copy
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np
import pytest
from thinc.api import Adam, set_dropout_rate

from kernel.numeric.bytes import model_from_bytes, model_to_bytes
from kernel.numeric.copies import copy_model
from kernel.numeric.model_state import model_state, restore_models
from kernel.numeric.optimizer_state import optimizer_state, restore_optimizer
from kernel.numeric.parameters import Parameters
from kernel.numeric.random import scope
from kernel.testing.suites.models import LayerSuite

_RATE, _THREADS = 0.01, 4

Change = Callable[[Any, Any], Any]


class WrapperSuite(LayerSuite):
    """A function of the registry `layers` whose network belongs to another framework: torch, JAX.

    Its weights must take part in everything that kernel does with weights: they are updated by any optimizer, summed
    over shards, averaged, exchanged for averages, saved and loaded, kept in checkpoints and copied. Whether they are
    parameters of the layer or in a shim makes no difference here: the suite reaches them through the optimizer, which
    is called with each of them and its gradient.

    Override `inputs` if the network takes something other than documents, as in `LayerSuite`, and `double` if it can
    compute in double precision: its gradients are compared with finite differences more closely then.
    """

    def double(self, model: Any) -> AbstractContextManager[bool]:
        """In the context the network computes in double precision; False if it can't."""
        return nullcontext(False)

    def lively_model(self) -> Any:
        """The model with weights of which none is zero by its initialisation."""
        model = self.model()
        generator = np.random.default_rng(self.seed)
        self._change(model, lambda weights, _: weights + generator.normal(size=weights.shape) * 0.2)
        return model

    def test_gradients_of_all_weights(self) -> None:
        model = self.lively_model()
        set_dropout_rate(model, 0.0)
        with self.double(model) as is_double:
            X = _as_double(self.inputs()) if is_double else self.inputs()
            step, tolerance = (1e-6, 1e-5) if is_double else (1e-2, 5e-2)
            gradients = self._gradients(model, X)
            assert gradients, "the optimizer was called with no weights"
            generator = np.random.default_rng(self.seed)
            for place, gradient in enumerate(gradients):
                assert np.isfinite(gradient).all(), f"gradient {place} has infinite or undefined numbers"
                direction = generator.normal(size=gradient.shape)
                direction /= np.linalg.norm(direction) or 1.0
                found = []
                for factor in (1, -2, 1):
                    self._move(model, X, place, factor * step * direction)
                    found.append(self._loss(model, X))
                difference = (found[0] - found[1]) / (2 * step)
                expected = float((gradient.astype("float64") * direction).sum())
                scale = max(abs(difference), abs(expected), 1e-2 * max(1.0, *map(abs, found)))
                assert abs(difference - expected) <= tolerance * scale, (
                    f"gradient {place}, of weights {gradient.shape}, is wrong: backprop says {expected:.6g}, "
                    f"differences say {difference:.6g}"
                )

    def test_every_optimizer_is_called_with_every_weight_once(self) -> None:
        model, keys = self.lively_model(), []

        def optimizer(key: Any, weights: Any, gradient: Any) -> tuple[Any, Any]:
            assert weights.shape == gradient.shape
            keys.append(key)
            return weights, gradient

        parameters = Parameters({"model": model})
        self._backward(model, self.inputs())
        parameters.step(optimizer)
        assert keys and len(keys) == len(set(keys)), "the keys of the weights are not distinct"
        parameters.step(optimizer)
        assert len(keys) == len(set(keys)), "a step without a gradient called the optimizer"

    def test_a_step_changes_the_weights_and_forgets_the_gradient(self) -> None:
        model = self.lively_model()
        before = self._weights(model)
        parameters, optimizer = Parameters({"model": model}), Adam(_RATE)
        self._train(model, parameters, optimizer)
        after = self._weights(model)
        unmoved = [
            place for place, pair in enumerate(zip(before, after, strict=True)) if np.array_equal(*pair)
        ]
        assert not unmoved, f"weights that a step left as they were: {unmoved}"
        parameters.step(optimizer)
        assert _equal(self._weights(model), after), "a step without a gradient changed the weights"

    def test_the_loss_falls(self) -> None:
        model, X = self.lively_model(), self.inputs()
        parameters, optimizer = Parameters({"model": model}), Adam(_RATE)
        first = self._square(model, X)
        for _ in range(10):
            outputs, backprop = self._forward(model, X)
            backprop([2 * array for array in outputs])
            parameters.step(optimizer)
        assert self._square(model, X) < first

    def test_gradients_of_shards_are_summed(self) -> None:
        X = self.inputs()
        halves = [X[: len(X) // 2], X[len(X) // 2 :]]
        alone = [self._gradients(self.lively_model(), half) for half in halves]
        model = self.lively_model()
        parameters, together = Parameters({"model": model}), _Seen()
        for shard, half in enumerate(halves):
            self._backward(model, half)
            parameters.collect(shard)
        parameters.step(together)
        for one, other, total in zip(*alone, together.gradients, strict=True):
            assert np.allclose(one + other, total, rtol=1e-5, atol=1e-6), "gradients of shards are not summed"

    def test_passes_may_overlap(self) -> None:
        """Forward, forward, backward, backward; and a prediction in between."""
        X = self.inputs()
        one, two = self._gradients(self.lively_model(), X), self._gradients(self.lively_model(), X[::-1])
        model, seen = self.lively_model(), _Seen()
        first, second = self._forward(model, X), self._forward(model, X[::-1])
        self.predict(model, X[:1])
        for outputs, backprop in (first, second):
            backprop(self._noise(outputs))
        Parameters({"model": model}).step(seen)
        for a, b, total in zip(one, two, seen.gradients, strict=True):
            assert np.allclose(a + b, total, rtol=1e-4, atol=1e-5), "one pass disturbed the other"

    def test_prediction_leaves_no_gradient(self) -> None:
        model = self.lively_model()
        before = self._weights(model)
        parameters = Parameters({"model": model})
        self.predict(model, self.inputs())
        parameters.step(Adam(_RATE))
        assert _equal(self._weights(model), before), "a step after a prediction changed the weights"

    def test_gradients_can_be_forgotten(self) -> None:
        model = self.lively_model()
        before = self._weights(model)
        parameters = Parameters({"model": model})
        self._backward(model, self.inputs())
        parameters.zero_gradients()
        parameters.step(Adam(_RATE))
        assert _equal(self._weights(model), before), "gradients outlived zero_gradients"

    def test_averages_are_those_of_the_weights_and_are_used(self) -> None:
        model, X = self.lively_model(), self.inputs()
        parameters, optimizer = Parameters({"model": model}), Adam(_RATE, use_averages=True)
        # thinc's averages begin with zeros.
        expected = [np.zeros_like(weights) for weights in self._weights(model)]
        for step in range(1, 5):
            self._train(model, parameters, optimizer)
            decay = (1 + step) / (10 + step)
            for average, weights in zip(expected, self._weights(model), strict=True):
                average -= (1 - decay) * (average - weights)
        twin = self.lively_model()
        self._set(twin, expected)
        wanted, latest, saved = self.predict(twin, X), self.predict(model, X), model_to_bytes(model)
        assert not _close(wanted, latest), "the averages of the test are too near to the weights"
        with parameters.use_params(parameters.averages(optimizer)):
            assert _close(self.predict(model, X), wanted), (
                "averages are not those of the weights, or not used"
            )
            loaded = model_from_bytes(self.model(), model_to_bytes(model), where=self.name)
        assert _close(self.predict(loaded, X), wanted), (
            "what is saved while averages are used are not the averages"
        )
        assert model_to_bytes(model) == saved, "the weights did not come back after the averages"
        assert _equal(self.predict(model, X), latest)

    def test_training_goes_on_after_averages_were_used(self) -> None:
        results = []
        for use in (False, True):
            model = self.lively_model()
            parameters, optimizer = Parameters({"model": model}), Adam(_RATE, use_averages=True)
            for _ in range(2):
                self._train(model, parameters, optimizer)
            if use:
                with parameters.use_params(parameters.averages(optimizer)):
                    self.predict(model, self.inputs())
            self._train(model, parameters, optimizer)
            results.append(model_to_bytes(model))
        assert results[0] == results[1], "using averages changed what is learnt afterwards"

    def test_a_checkpoint_leads_to_the_same_weights(self) -> None:
        model = self.lively_model()
        parameters, optimizer = Parameters({"model": model}), Adam(_RATE, use_averages=True)
        for step in range(2):
            self._train(model, parameters, optimizer, step)
        states = copy.deepcopy((model_state({"model": model}), optimizer_state(optimizer, {"model": model})))
        other = self.model()
        restore_models({"model": other}, states[0])
        others, resumed = Parameters({"model": other}), Adam(_RATE, use_averages=True)
        restore_optimizer(resumed, {"model": other}, states[1], lambda: None)
        for step in range(2, 4):
            self._train(model, parameters, optimizer, step)
            self._train(other, others, resumed, step)
        assert model_to_bytes(other) == model_to_bytes(model), "a run that goes on comes to other weights"
        with parameters.use_params(parameters.averages(optimizer)):
            wanted = self.predict(model, self.inputs())
        with others.use_params(others.averages(resumed)):
            assert _equal(self.predict(other, self.inputs()), wanted), "a run that goes on has other averages"

    def test_bytes_hold_the_weights_and_no_more(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*_: Any, **__: Any) -> Any:
            raise AssertionError("weights are pickled")

        fresh, trained = self.lively_model(), self.lively_model()
        parameters, optimizer = Parameters({"model": trained}), Adam(_RATE)
        for _ in range(2):
            self._train(trained, parameters, optimizer)
        for name in ("dump", "dumps", "load", "loads", "Pickler", "Unpickler"):
            monkeypatch.setattr(f"pickle.{name}", refuse)
        data = model_to_bytes(trained)
        assert len(data) == len(model_to_bytes(fresh)), "what the optimizer keeps is among the weights"
        loaded = model_from_bytes(self.build(), data, where=self.name)
        assert model_to_bytes(loaded) == data

    def test_copies_are_apart(self) -> None:
        model, X = self.lively_model(), self.inputs()
        copied = copy_model(model)
        before = self.predict(model, X)
        assert _equal(self.predict(copied, X), before), "a copy predicts something else"
        self._train(copied, Parameters({"model": copied}), Adam(_RATE))
        assert _equal(self.predict(model, X), before), "training a copy changed the original"
        trained = self.predict(copied, X)
        self._train(model, Parameters({"model": model}), Adam(_RATE))
        assert _equal(self.predict(copied, X), trained), "training the original changed a copy"

    def test_threads_may_predict_at_once(self) -> None:
        model = self.lively_model()
        batches = [self.inputs(), self.inputs()[::-1], self.inputs()[:1]] * _THREADS
        expected = [self.predict(model, X) for X in batches]
        with ThreadPoolExecutor(_THREADS) as pool:
            found = list(pool.map(lambda X: self.predict(model, X), batches))
        assert all(_equal(*pair) for pair in zip(found, expected, strict=True)), "threads disturb each other"

    def _forward(self, model: Any, X: Any, step: int = 0) -> tuple[list[Any], Callable[[list[Any]], Any]]:
        with scope(seed=self.seed, step=step):
            return self.forward(model, X, True)

    def _noise(self, outputs: list[Any]) -> list[Any]:
        """Gradients of the outputs: equal for equal shapes."""
        generator = np.random.default_rng(self.seed)
        return [generator.normal(size=array.shape).astype(array.dtype) for array in outputs]

    def _backward(self, model: Any, X: Any, step: int = 0) -> None:
        outputs, backprop = self._forward(model, X, step)
        backprop(self._noise(outputs))

    def _train(self, model: Any, parameters: Parameters, optimizer: Any, step: int = 0) -> None:
        self._backward(model, self.inputs(), step)
        parameters.step(optimizer)

    def _loss(self, model: Any, X: Any) -> float:
        """What has the gradient that `_backward` computes."""
        outputs, _ = self._forward(model, X)
        pairs = zip(outputs, self._noise(outputs), strict=True)
        return float(sum((array.astype("float64") * noise).sum() for array, noise in pairs))

    def _square(self, model: Any, X: Any) -> float:
        return float(sum((array.astype("float64") ** 2).sum() for array in self.predict(model, X)))

    def _seen(self, model: Any, X: Any, change: Change | None = None) -> _Seen:
        seen = _Seen(change)
        self._backward(model, X)
        Parameters({"model": model}).step(seen)
        return seen

    def _gradients(self, model: Any, X: Any) -> list[Any]:
        return self._seen(model, X).gradients

    def _weights(self, model: Any) -> list[Any]:
        return self._seen(model, self.inputs()).weights

    def _change(self, model: Any, change: Change) -> None:
        self._seen(model, self.inputs(), change)

    def _move(self, model: Any, X: Any, place: int, way: Any) -> None:
        """Add to the weights at a place in the order of the optimizer's calls."""
        self._seen(model, X, lambda weights, at: weights + way if at == place else weights)

    def _set(self, model: Any, weights: list[Any]) -> None:
        self._change(model, lambda _, place: weights[place])


class _Seen:
    """An optimizer that keeps a copy of what it is called with, in the order of its calls.

    change: from weights and place in that order to new weights; None leaves them as they are.
    """

    def __init__(self, change: Change | None = None) -> None:
        self.weights: list[Any] = []
        self.gradients: list[Any] = []
        self.change = change

    def __call__(self, key: Any, weights: Any, gradient: Any) -> tuple[Any, Any]:
        place = len(self.weights)
        self.weights.append(weights.copy())
        self.gradients.append(gradient.copy())
        if self.change is not None:
            weights = self.change(weights, place).astype(weights.dtype)
        return weights, gradient


def _as_double(X: Any) -> Any:
    if isinstance(X, list | tuple):
        return type(X)(_as_double(each) for each in X)
    return X.astype("float64") if getattr(X, "dtype", None) == np.float32 else X


def _equal(found: list[Any], expected: list[Any]) -> bool:
    return all(np.array_equal(*pair) for pair in zip(found, expected, strict=True))


def _close(found: list[Any], expected: list[Any]) -> bool:
    return all(np.allclose(*pair, rtol=1e-5, atol=1e-6) for pair in zip(found, expected, strict=True))
