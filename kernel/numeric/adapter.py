"""The private members of thinc's models that kernel needs. No other file names them, so that a new thinc is met in one place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from thinc.api import Model
from thinc.backends import ParamServer

Arrays = dict[tuple[int, str], Any]


def server_of(node: Model[Any, Any]) -> Any:
    """What keeps the parameters of a node."""
    return node._params


def set_server(node: Model[Any, Any], server: ParamServer) -> None:
    """Let a node keep its parameters there."""
    node._params = server


def weights_of(server: ParamServer) -> Arrays:
    """(node id, name) -> weights. Reading here counts as no change of them."""
    found: Arrays = server._params
    return found


def gradients_of(server: ParamServer) -> Arrays:
    """(node id, name) -> gradient, of the parameters that have one."""
    found: Arrays = server._grads
    return found


def forward_of(node: Model[Any, Any]) -> Callable[..., Any]:
    """The function that a layer runs."""
    found: Callable[..., Any] = node._func
    return found


def set_forward(node: Model[Any, Any], forward: Callable[..., Any]) -> None:
    """Let a layer run another function."""
    node._func = forward


def buffer_of(optimizer: Any) -> list[list[Any]]:
    """The numbers that thinc's RAdam keeps from step to step."""
    found: list[list[Any]] = optimizer._radam_buffer
    return found


def set_buffer(optimizer: Any, buffer: list[list[Any]]) -> None:
    """Let thinc's RAdam go on with these."""
    optimizer._radam_buffer = buffer


def lacks_weights(error: BaseException) -> bool:
    """Whether thinc says by an error that a parameter was asked for which a model has not been given yet."""
    return isinstance(error, KeyError) and "has not been allocated yet" in str(error)


def module_of(shim: Any) -> Any:
    """What a shim wraps, such as a module of torch; None if it wraps nothing of that kind."""
    return getattr(shim, "_model", None)
