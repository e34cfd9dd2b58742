"""A JAX function, compiled for prediction and for training."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from kernel_jax import needed

# Compiled forms of one function; a shape more, and all are made anew as they come.
_MOST = 256

Array = Any


class Compiled:
    """Runs a function of (parameters, *inputs), and its backward pass.

    Takes numpy arrays in dicts, lists and tuples, which are copied, and returns the same, as arrays of its own. draws: whether
    the function takes a random key as its last argument, None in prediction.
    """

    def __init__(self, function: Callable[..., Any], *, draws: bool = False) -> None:
        self.jax = jax = needed.jax()

        def forward(parameters: Any, inputs: tuple[Any, ...], seed: Any) -> Any:
            return function(
                parameters, *inputs, *([None if seed is None else jax.random.key(seed)] if draws else [])
            )

        def linearised(parameters: Any, inputs: tuple[Any, ...], seed: Any) -> Any:
            return jax.vjp(lambda parameters, *inputs: forward(parameters, inputs, seed), parameters, *inputs)

        self._shapes: set[Any] = set()
        self._predict = jax.jit(forward)
        self._train = jax.jit(linearised)
        self._pull = jax.jit(lambda pull, gradient: pull(gradient))

    def predict(self, parameters: Any, inputs: tuple[Any, ...]) -> Any:
        """The output."""
        self._meet(parameters, inputs)
        return self._to_numpy(self._predict(*self._to_jax((parameters, inputs)), None))

    def train(
        self, parameters: Any, inputs: tuple[Any, ...], seed: int
    ) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
        """The output, and a function from its gradient to those of the parameters and of each input.

        The gradient of integers is zero.
        """
        self._meet(parameters, inputs)
        output, pull = self._train(*self._to_jax((parameters, inputs)), np.uint32(seed))

        def backprop(d_output: Any) -> tuple[Any, ...]:
            gradients: tuple[Any, ...] = self._to_numpy(self._pull(pull, self._to_jax(d_output)))
            return gradients

        return self._to_numpy(output), backprop

    def _meet(self, *trees: Any) -> None:
        """Note the shapes that come, and forget all compiled forms when there are too many."""
        self._shapes.add(tuple((leaf.shape, leaf.dtype) for leaf in self.jax.tree_util.tree_leaves(trees)))
        if len(self._shapes) > _MOST:
            self._shapes.clear()
            for function in (self._predict, self._train, self._pull):
                function.clear_cache()

    def _to_jax(self, tree: Any) -> Any:
        # A copy: JAX may compute later, and would share memory that the caller goes on to write to.
        return self.jax.tree_util.tree_map(lambda array: self.jax.numpy.array(array, copy=True), tree)

    def _to_numpy(self, tree: Any) -> Any:
        return self.jax.tree_util.tree_map(_owned, tree)


@lru_cache(maxsize=32)
def compiled(function: Callable[..., Any], *, draws: bool = False) -> Compiled:
    """A function's compiled form: what was made for a function before serves the next layer that has it."""
    return Compiled(function, draws=draws)


def _owned(array: Any) -> Array:
    """A writable array of the host. What stands for the gradient of integers becomes zeros."""
    if array.dtype.kind == "V":
        return np.zeros(array.shape, dtype="float32")
    return np.array(array)
