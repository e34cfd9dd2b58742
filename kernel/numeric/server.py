"""Where a thinc node keeps its parameters, with a version that tells when they may have changed.

What is derived from parameters (packed weights, vectors of word types) may be kept as long as `version` of the nodes
that it comes from stays the same. What is promised:

- `model.set_param`, and with it initialize, from_bytes, use_params and every optimizer's step, gives a new version.
- So does `model.get_param`, since its receiver may write to the array: `model.get_param("W")[...] = 0` is noticed.
- An array that is kept and written to after the next prediction isn't seen: say so with `touch(model)`.
- `read` leaves the version alone. Whatever only looks uses it: our layers, saving to bytes or to disk, averages, the
  check for nan, debug model. So saving a pipeline keeps what its predictions have computed. Layers of thinc use
  `get_param` in every pass: what is derived from theirs can't be kept.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from thinc.api import Model, get_array_module
from thinc.backends import ParamServer

from kernel.numeric.adapter import gradients_of, server_of, set_server, weights_of
from kernel.numeric.shims import zero_gradients

Array = Any
Key = tuple[int, str]

# Process-wide, so that no two states of a node, whichever server held them, share a stamp.
_STAMPS = itertools.count(1)


class VersionedServer(ParamServer):  # type: ignore[misc]
    """A ParamServer that knows when its parameters may have changed: `stamp` is new after every change.

    Handing an array out counts as a change, since the receiver may write to it. One who keeps the array and writes
    to it later has to say so with `touch`. Layers that only read use `read`.
    """

    def __init__(self, params: Mapping[Key, Array], grads: Mapping[Key, Array]) -> None:
        super().__init__(dict(params), dict(grads))
        self.stamp = next(_STAMPS)

    def get_param(self, model_id: int, name: str) -> Array:
        self.stamp = next(_STAMPS)
        return self._params[model_id, name]

    def set_param(self, model_id: int, name: str, value: Array) -> None:
        self._params[model_id, name] = value
        self.stamp = next(_STAMPS)

    def gradient(self, model_id: int, name: str) -> Array:
        key = model_id, name
        if key not in self._grads:
            value = self._params[key]
            self._grads[key] = get_array_module(value).zeros_like(value)
        return self._grads[key]

    def renew(self) -> None:
        """Take a new stamp, because something changed."""
        self.stamp = next(_STAMPS)


class BoundServer(VersionedServer):
    """Serves one node from buffers that belong to somebody else (`kernel.numeric.parameters.Parameters`).

    owner: whose buffers they are. before_write: called before anything is added to a gradient there.
    `views` are the places (weights, gradient) in the buffers, `touched` the parameters whose gradient was added to.
    """

    def __init__(self, other: ParamServer, owner: Any, before_write: Callable[[], None]) -> None:
        super().__init__(weights_of(other), gradients_of(other))
        self.owner = owner
        self.before_write = before_write
        self.views: dict[Key, tuple[Array, Array]] = {}
        self.touched: set[Key] = set()

    def bind(self, key: Key, weights: Array, gradient: Array, touched: bool) -> None:
        """Serve a parameter, and its gradient, from these places."""
        self.views[key] = weights, gradient
        self._params[key] = weights
        self._grads.pop(key, None)
        if touched:
            self.touched.add(key)

    def is_bound(self, key: Key) -> bool:
        """Whether the parameter still is the view of the flat buffer."""
        return key in self.views and self._params[key] is self.views[key][0]

    def set_param(self, model_id: int, name: str, value: Array) -> None:
        key = model_id, name
        if key in self.views and same_memory(value, self.views[key][0]):
            value = self.views[key][0]
        super().set_param(model_id, name, value)
        if not self.fits(key):
            # The gradient has the old form.
            self.touched.discard(key)

    def has_grad(self, model_id: int, name: str) -> bool:
        return (model_id, name) in self.touched or (model_id, name) in self._grads

    def get_grad(self, model_id: int, name: str) -> Array:
        key = model_id, name
        return self.views[key][1] if key in self.touched else self._grads[key]

    def set_grad(self, model_id: int, name: str, value: Array) -> None:
        key = model_id, name
        if self.fits(key):
            self.gradient(model_id, name)[...] = value
        else:
            super().set_grad(model_id, name, value)

    def inc_grad(self, model_id: int, name: str, value: Array) -> None:
        if self.fits((model_id, name)):
            gradient = self.gradient(model_id, name)
            gradient += value
        else:
            super().inc_grad(model_id, name, value)

    def gradient(self, model_id: int, name: str) -> Array:
        key = model_id, name
        if not self.fits(key):
            return super().gradient(model_id, name)
        self.before_write()
        self.touched.add(key)
        return self.views[key][1]

    def fits(self, key: Key) -> bool:
        """Whether the parameter has the form of its place: it may have been resized since the buffer was made."""
        if key not in self.views:
            return False
        view, value = self.views[key][0], self._params[key]
        return value is view or (value.shape == view.shape and value.dtype == view.dtype)


def versioned(model: Model[Any, Any]) -> Model[Any, Any]:
    """Give every node of a model a server with a version, where it has thinc's plain one. Returns the model."""
    for node in model.walk():
        _upgrade(node)
    return model


def _upgrade(node: Model[Any, Any]) -> None:
    server = server_of(node)
    if type(server) is ParamServer and server.proxy is None:
        set_server(node, VersionedServer(weights_of(server), gradients_of(server)))


def version(nodes: Sequence[Model[Any, Any]]) -> tuple[int, ...] | None:
    """Return what stands for the present parameters of these nodes, None if a node can't tell.

    Two calls give the same value only if nothing set, updated or handed out a parameter of the nodes in between; see
    above.
    """
    stamps = []
    for node in nodes:
        server = server_of(node)
        if not isinstance(server, VersionedServer):
            return None
        stamps.append(server.stamp)
    return tuple(stamps)


def touch(model: Model[Any, Any]) -> None:
    """Say that parameter arrays of this model were written to in place."""
    for node in model.walk():
        if isinstance(server_of(node), VersionedServer):
            server_of(node).renew()


def read(node: Model[Any, Any], name: str) -> Array:
    """Return a parameter that will not be written to: unlike `node.get_param` this leaves the version alone."""
    server = server_of(node)
    if isinstance(server, VersionedServer):
        found = weights_of(server).get((node.id, name))
        if found is not None:
            return found
    return node.get_param(name)


def gradient(node: Model[Any, Any], name: str) -> Array:
    """Return the array that collects a parameter's gradient, to be added to in place; zeros at first."""
    server = server_of(node)
    if isinstance(server, VersionedServer):
        return server.gradient(node.id, name)
    if not node.has_grad(name):
        node.set_grad(name, node.ops.xp.zeros_like(node.get_param(name)))
    return node.get_grad(name)


def forget_gradients(model: Model[Any, Any]) -> None:
    """Drop what a model has collected in gradients since its last step."""
    for node in model.walk():
        server = server_of(node)
        for name in node.param_names:
            key = node.id, name
            if isinstance(server, BoundServer) and key in server.touched:
                server.views[key][1].fill(0)
                server.touched.discard(key)
            gradients_of(server).pop(key, None)
        for shim in node.shims:
            zero_gradients(shim)


def same_memory(one: Array, other: Array) -> bool:
    """Whether two arrays are one and the same piece of memory, seen in the same way."""
    if one is other:
        return True
    if type(one) is not type(other) or one.shape != other.shape or one.dtype != other.dtype:
        return False
    return bool(_address(one) == _address(other) and one.strides == other.strides)


def _address(array: Array) -> int:
    if hasattr(array, "__array_interface__"):
        return int(array.__array_interface__["data"][0])
    return int(array.__cuda_array_interface__["data"][0])
