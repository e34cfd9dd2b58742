"""Gradients against finite differences."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np
from thinc.api import Ragged

from kernel.numeric.random import scope
from kernel.numeric.server import read

Forward = Callable[[Any, Any, bool], tuple[list[Any], Callable[[list[Any]], Any]]]
"""A model, its input and whether it trains, to a list of arrays and the function that takes their gradients."""


def check_gradients(
    model: Any,
    X: Any,
    *,
    forward: Forward | None = None,
    cross_entropy: bool = False,
    directions: int = 2,
    tolerance: float | None = None,
    seed: int = 0,
) -> None:
    """Compare the gradients of a model with central differences; AssertionError names the layer that is wrong.

    model: initialised; its parameters are as before afterwards. X: a batch; the gradient of arrays of floats is
    checked too. forward: for outputs that aren't arrays. directions: random directions tried per parameter, each over
    all of its entries. tolerance: relative; by default 1e-4 where the model computes in double precision, which is
    tried first, otherwise 5e-2.

    The loss is the sum of the outputs, each weighted at random; with `cross_entropy`, for models that end in thinc's
    Softmax, it is the cross entropy of the rows of the output and random truths. Dropout masks repeat between the
    passes.
    """
    check = _Check(model, X, forward or arrays_forward, cross_entropy, np.random.default_rng(seed))
    with _restored(model):
        double = check.to_double()
        check.tolerance = tolerance or (1e-4 if double else 5e-2)
        check.step = 1e-6 if double else 1e-2
        check.run(directions)


def arrays_forward(model: Any, X: Any, is_train: bool) -> tuple[list[Any], Callable[[list[Any]], Any]]:
    """Run a model whose output is an array, a Ragged, or a list or tuple of arrays."""
    output, backprop = model(X, is_train)
    arrays, rebuild = to_arrays(output)
    return arrays, lambda gradients: backprop(rebuild(gradients))


def to_arrays(output: Any) -> tuple[list[Any], Callable[[list[Any]], Any]]:
    """The arrays in an output, and the function that puts others of their shapes into its form."""
    if isinstance(output, Ragged):
        return [output.dataXd], lambda arrays: Ragged(arrays[0], output.lengths)
    if isinstance(output, list | tuple):
        if not all(hasattr(each, "dtype") for each in output):
            names = ", ".join(sorted({type(each).__name__ for each in output}))
            raise TypeError(f"the output holds {names}; override forward(model, X, is_train) to give arrays")
        return list(output), type(output)
    if hasattr(output, "dtype"):
        return [output], lambda arrays: arrays[0]
    raise TypeError(
        f"the output is a {type(output).__name__}; override forward(model, X, is_train) to give arrays"
    )


def randomise(model: Any, seed: int = 0, scale: float = 0.3) -> None:
    """Add noise to every parameter, so that none is zero, or equal to another, by its initialisation."""
    generator = np.random.default_rng(seed)
    for node, name in parameters(model):
        value = node.get_param(name)
        noise = node.ops.asarray((generator.normal(size=value.shape) * scale).astype(value.dtype))
        node.set_param(name, value + noise)


def parameters(model: Any) -> Iterator[tuple[Any, str]]:
    """(layer, name) of every parameter that has a value."""
    for node in model.walk():
        for name in node.param_names:
            if node.has_param(name):
                yield node, name


class _Check:
    def __init__(self, model: Any, X: Any, forward: Forward, cross_entropy: bool, generator: Any) -> None:
        self.model = model
        self.X = X
        self.forward = forward
        self.cross_entropy = cross_entropy
        self.generator = generator
        self.tolerance = self.step = 0.0
        self.weights: list[Any] = []

    def to_double(self) -> bool:
        """Compute in double precision if the model can."""
        single, X = [(node, name, node.get_param(name)) for node, name in parameters(self.model)], self.X
        for node, name, value in single:
            node.set_param(name, value.astype("float64"))
        self.X = _as_double(X)
        # Single precision is what models are made for: whatever goes wrong here shows there, or doesn't matter.
        with suppress(Exception):
            outputs, _ = self._forward()
            if all(array.dtype == np.float64 for array in outputs):
                return True
        for node, name, value in single:
            node.set_param(name, value)
        self.X = X
        return False

    def run(self, directions: int) -> None:
        outputs, backprop = self._forward()
        assert any(array.size for array in outputs), "the output is empty: there is no gradient to check"
        for array in outputs:
            assert array.dtype.kind == "f", f"the output has the type {array.dtype}, which has no gradient"
        self.weights = [self.generator.normal(size=array.shape).astype(array.dtype) for array in outputs]
        for node, name in parameters(self.model):
            if node.has_grad(name):
                node.set_grad(name, node.get_grad(name) * 0)
        if self.cross_entropy:
            self.weights = [_distributions(weights) for weights in self.weights]
            d_outputs = [guess - truth for guess, truth in zip(outputs, self.weights, strict=True)]
        else:
            d_outputs = [weights.copy() for weights in self.weights]
        d_inputs = backprop(d_outputs)
        d_inputs = list(d_inputs) if isinstance(d_inputs, list | tuple) else [d_inputs]
        for node, name in parameters(self.model):
            gradient = node.get_grad(name).copy() if node.has_grad(name) else None
            for _ in range(directions):
                self._check_parameter(node, name, gradient)
        for place, array in enumerate(_float_arrays(self.X)):
            self._check_input(place, array, d_inputs[place])

    def _forward(self) -> tuple[list[Any], Callable[[list[Any]], Any]]:
        with scope(seed=0):
            return self.forward(self.model, self.X, True)

    def _loss(self) -> float:
        outputs = [array.astype("float64") for array in self._forward()[0]]
        if self.cross_entropy:
            outputs = [-np.log(array) for array in outputs]
        return float(sum((array * each).sum() for array, each in zip(outputs, self.weights, strict=True)))

    def _check_parameter(self, node: Any, name: str, gradient: Any) -> None:
        value = node.get_param(name)
        direction = self._direction(value)
        changed = []
        for sign in (1, -1):
            node.set_param(name, value + sign * self.step * direction)
            changed.append(self._loss())
        node.set_param(name, value)
        expected = 0.0 if gradient is None else float((gradient.astype("float64") * direction).sum())
        self._compare(changed, expected, f"parameter {name} of layer '{node.name}'")

    def _check_input(self, place: int, array: Any, gradient: Any) -> None:
        direction = self._direction(array)
        before = array.copy()
        changed = []
        for sign in (1, -1):
            array[...] = before + sign * self.step * direction
            changed.append(self._loss())
        array[...] = before
        self._compare(changed, float((gradient.astype("float64") * direction).sum()), f"input {place}")

    def _direction(self, value: Any) -> Any:
        direction = self.generator.normal(size=value.shape)
        norm = np.linalg.norm(direction)
        return (direction / norm if norm else direction).astype(value.dtype)

    def _compare(self, changed: list[float], expected: float, what: str) -> None:
        difference = (changed[0] - changed[1]) / (2 * self.step)
        scale = max(abs(difference), abs(expected), 1e-2 * max(1.0, *map(abs, changed)))
        assert abs(difference - expected) <= self.tolerance * scale, (
            f"the gradient of {what} is wrong: backprop says {expected:.6g}, differences say {difference:.6g}"
        )


def _distributions(weights: Any) -> Any:
    """Rows that sum to 1."""
    positive = np.exp(weights)
    return positive / positive.sum(axis=-1, keepdims=True)


def _float_arrays(X: Any) -> list[Any]:
    arrays = X if isinstance(X, list | tuple) else [X]
    return [each for each in arrays if isinstance(each, np.ndarray) and each.dtype.kind == "f"]


def _as_double(X: Any) -> Any:
    if isinstance(X, list):
        return [_as_double(each) for each in X]
    return X.astype("float64") if isinstance(X, np.ndarray) and X.dtype.kind == "f" else X


@contextmanager
def _restored(model: Any) -> Iterator[None]:
    before = [(node, name, read(node, name).copy()) for node, name in parameters(model)]
    gradients = [
        (node, name, node.get_grad(name).copy()) for node, name in parameters(model) if node.has_grad(name)
    ]
    try:
        yield
    finally:
        for node, name, value in before:
            node.set_param(name, value)
            if node.has_grad(name):
                node.set_grad(name, value * 0)
        for node, name, value in gradients:
            node.set_grad(name, value)
