"""How arrays become the arguments of a torch module, and its tensors arrays again: thinc's conventions.

An array is the only argument; a tuple or list are the arguments one after the other, a dict those by name, ArgsKwargs both.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from thinc.types import ArgsKwargs

from kernel_torch.needed import torch


def convert_inputs(model: Any, X: Any, is_train: bool) -> tuple[ArgsKwargs, Callable[[ArgsKwargs], Any]]:
    """The arguments of the module, and a function from their gradients to those of `X`, in its form."""
    shim = model.shims[0]
    given = mapped(X, _is_array, lambda array: shim.to_torch(array, requires_grad=is_train))

    def back(gradients: ArgsKwargs) -> Any:
        found = mapped(gradients, _is_tensor, lambda tensor: shim.to_array(tensor, model.ops))
        if isinstance(X, ArgsKwargs):
            return found
        if isinstance(X, dict):
            return found.kwargs
        if isinstance(X, tuple | list):
            return type(X)(found.args)
        return found.args[0]

    if isinstance(given, ArgsKwargs):
        return given, back
    if isinstance(given, dict):
        return ArgsKwargs(args=(), kwargs=given), back
    return ArgsKwargs(args=tuple(given) if isinstance(given, tuple | list) else (given,), kwargs={}), back


def convert_outputs(
    model: Any, X_output: tuple[Any, Any], is_train: bool
) -> tuple[Any, Callable[[Any], ArgsKwargs]]:
    """The tensors of the module's output as arrays, and a function from their gradients to the arguments of torch's backward pass."""
    _, output = X_output
    shim = model.shims[0]

    def back(gradient: Any) -> ArgsKwargs:
        grads = mapped(gradient, _is_array, shim.to_torch)
        return ArgsKwargs(args=(output,), kwargs={"grad_tensors": grads})

    return mapped(output, _is_tensor, lambda tensor: shim.to_array(tensor, model.ops)), back


def mapped(value: Any, holds: Callable[[Any], bool], function: Callable[[Any], Any]) -> Any:
    """A value with the function applied to everything in it for which `holds`, in lists, tuples, dicts and ArgsKwargs too."""
    if holds(value):
        return function(value)
    if isinstance(value, list | tuple):
        return type(value)(mapped(each, holds, function) for each in value)
    if isinstance(value, dict):
        return {name: mapped(each, holds, function) for name, each in value.items()}
    if isinstance(value, ArgsKwargs):
        return ArgsKwargs(
            args=tuple(mapped(each, holds, function) for each in value.args),
            kwargs=mapped(dict(value.kwargs), holds, function),
        )
    return value


def _is_array(value: Any) -> bool:
    return hasattr(value, "__array_interface__") or hasattr(value, "__cuda_array_interface__")


def _is_tensor(value: Any) -> bool:
    return isinstance(value, torch().Tensor)
