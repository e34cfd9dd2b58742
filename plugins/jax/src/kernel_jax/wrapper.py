"""A JAX function as a layer."""

from collections.abc import Callable
from typing import Any

import numpy as np
from thinc.api import Model

from kernel.config.ranges import PositiveInt
from kernel.errors import UsageError
from kernel.numeric.random import current
from kernel.numeric.server import read
from kernel_jax import needed
from kernel_jax.compiled import Compiled, compiled
from kernel_jax.sequences import padded, unpadded
from kernel_jax.trees import named, shaped

Array = Any


def build_jax_wrapper(
    network: Any, sequences: bool = False, draws: bool = False, nO: PositiveInt | None = None
) -> Model[Any, Any]:
    """A layer that is computed by a JAX function, which is compiled, and differentiated by JAX.

    network: a pair (function, parameters), as a registered function of yours returns it. The function takes the parameters
        and the input, and returns the output. The parameters are arrays of floats in dicts, lists and tuples, or a
        function of a JAX random key that returns these; then the first weights follow from the seed of the run.
        They are ordinary parameters of the layer, so the optimizer, averages and checkpoints know them.
    sequences: False gives the function what the layer gets: an array, or arrays in lists, tuples and dicts. It is
        compiled for every shape that comes. True is for a list of arrays (tokens, width), as encoders get it: the
        function gets them as one array (sequences, longest, width), with zeros after their ends, and a mask (sequences,
        longest) as a third argument; it returns (sequences, longest, nO). Sizes are rounded up, so that few shapes come.
    draws: whether the function takes, as its last argument, a JAX random key, which is None in prediction: for dropout.
    nO: width of the output. None takes it from the first batch.

    Raises UsageError without JAX, and for a network that is no such pair.
    """
    jax = needed.jax()
    function, parameters = _pair(network)
    if callable(parameters):
        make, form = parameters, jax.eval_shape(parameters, jax.random.key(0))
    else:
        make, form = (lambda key: parameters), parameters
    model: Model[Any, Any] = Model(
        "jax",
        _sequences if sequences else _arrays,
        init=_init,
        params=dict.fromkeys(named(form)),
        dims={"nO": nO},
        attrs={"network": Network(compiled(function, draws=draws), make, form)},
    )
    return model


class Network:
    """What a layer computes, and the form of its parameters. Nothing of it changes, so copies of a layer share it."""

    def __init__(self, compiled: Compiled, make: Callable[[Any], Any], form: Any) -> None:
        self.compiled = compiled
        self.make = make
        self.form = form

    def __deepcopy__(self, memo: Any) -> "Network":
        return self


def _pair(network: Any) -> tuple[Callable[..., Any], Any]:
    if isinstance(network, tuple | list) and len(network) == 2 and callable(network[0]):
        return network[0], network[1]
    raise UsageError(
        f"JaxWrapper: network must be a pair (function, parameters), not {type(network).__name__}",
        hint="A registered function of yours returns it: see kernel.JaxWrapper.v1 in docs/reference/layers.md.",
    )


def _init(model: Model[Any, Any], X: Any = None, Y: Any = None) -> None:
    jax, network = needed.jax(), model.attrs["network"]
    missing = [name for name in model.param_names if not model.has_param(name)]
    if missing:
        # Outside of a step this is numpy's generator, which the run has seeded for this model.
        key = jax.random.key(int(current().integers(2**31)))
        made = named(network.make(key))
        for name in missing:
            model.set_param(name, model.ops.asarray(np.array(made[name], dtype="float32")))
    if X is not None and not model.has_dim("nO"):
        output, _ = model(X, False)
        first = jax.tree_util.tree_leaves(output)
        if first and first[0].ndim:
            model.set_dim("nO", int(first[0].shape[-1]))


def _arrays(model: Model[Any, Any], X: Any, is_train: bool) -> tuple[Any, Callable[[Any], Any]]:
    output, pull = _run(
        model, (model.ops.to_numpy(X) if hasattr(X, "dtype") else _hosted(model, X),), is_train
    )

    def backprop(d_output: Any) -> Any:
        (d_input,) = pull(_hosted(model, d_output))
        return _served(model, d_input)

    return _served(model, output), backprop


def _sequences(
    model: Model[Any, Any], arrays: list[Array], is_train: bool
) -> tuple[list[Array], Callable[[list[Array]], list[Array]]]:
    lengths = [len(array) for array in arrays]
    if not sum(lengths):
        width = model.get_dim("nO") if model.has_dim("nO") else 0
        empty = [model.ops.alloc2f(0, width) for _ in arrays]
        return empty, lambda _: [model.ops.xp.zeros_like(array) for array in arrays]
    rows, mask = padded(_hosted(model, arrays))
    output, pull = _run(model, (rows, mask), is_train)

    def backprop(d_outputs: list[Array]) -> list[Array]:
        d_rows = np.zeros(output.shape, dtype=output.dtype)
        d_rows[mask] = np.concatenate(_hosted(model, d_outputs))
        d_arrays: list[Array] = _served(model, unpadded(pull(d_rows)[0], mask, lengths))
        return d_arrays

    return _served(model, unpadded(output, mask, lengths)), backprop


def _run(model: Model[Any, Any], inputs: tuple[Any, ...], is_train: bool) -> tuple[Any, Callable[[Any], Any]]:
    """The output as arrays of the host, and what gives gradients of the inputs and adds those of the parameters."""
    network = model.attrs["network"]
    values = {name: model.ops.to_numpy(read(model, name)) for name in model.param_names}
    parameters = shaped(network.form, values)
    if not is_train:
        return network.compiled.predict(parameters, inputs), _no_gradient
    output, pull = network.compiled.train(parameters, inputs, int(current().integers(2**31)))

    def backprop(d_output: Any) -> Any:
        d_parameters, *d_inputs = pull(d_output)
        for name, gradient in named(d_parameters).items():
            model.inc_grad(name, model.ops.asarray(gradient))
        return d_inputs

    return output, backprop


def _no_gradient(d_output: Any) -> Any:
    raise UsageError("JaxWrapper: there is no gradient of a prediction; call the layer with is_train=True")


def _hosted(model: Model[Any, Any], tree: Any) -> Any:
    """Arrays of the layer's operations as numpy's."""
    return needed.jax().tree_util.tree_map(model.ops.to_numpy, tree)


def _served(model: Model[Any, Any], tree: Any) -> Any:
    """numpy's arrays as those of the layer's operations."""
    return needed.jax().tree_util.tree_map(model.ops.asarray, tree)
