"""The parameters of several models as one flat buffer of weights and one of gradients.

A parameter is known by its path: the component, the way from the model's root to the node, and the name, as in
`ner/0.1.2:W`. Paths are the same in every process, so optimizer state and averages are kept under them.

thinc gives every node a `ParamServer`. Here it is replaced by one whose arrays are views of the flat buffers: layers,
optimizers and hand-written loops (`model.finish_update`) go on as before. Whatever sets a parameter (initialize,
from_bytes, resize, use_params) may put any array in its place; before the next step it is taken back into the buffer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from thinc.api import Model, Optimizer, get_array_module

from kernel.modelbytes import walk_paths
from kernel.paramserver import Array, Key, VersionedServer, read


class _BoundServer(VersionedServer):
    """Serves one node from the flat buffers of a `Parameters`."""

    def __init__(self, owner: Parameters, params: Mapping[Key, Array], grads: Mapping[Key, Array]) -> None:
        super().__init__(params, grads)
        self._owner = owner
        self._views: dict[Key, tuple[Array, Array]] = {}
        self.touched: set[Key] = set()

    def bind(self, key: Key, weights: Array, gradient: Array, touched: bool) -> None:
        self._views[key] = weights, gradient
        self._params[key] = weights
        self._grads.pop(key, None)
        if touched:
            self.touched.add(key)

    def is_bound(self, key: Key) -> bool:
        """Whether the parameter still is the view of the flat buffer."""
        return key in self._views and self._params[key] is self._views[key][0]

    def set_param(self, model_id: int, name: str, value: Array) -> None:
        key = model_id, name
        if key in self._views and _same_memory(value, self._views[key][0]):
            value = self._views[key][0]
        super().set_param(model_id, name, value)

    def has_grad(self, model_id: int, name: str) -> bool:
        return (model_id, name) in self.touched or (model_id, name) in self._grads

    def get_grad(self, model_id: int, name: str) -> Array:
        key = model_id, name
        return self._views[key][1] if key in self.touched else self._grads[key]

    def set_grad(self, model_id: int, name: str, value: Array) -> None:
        key = model_id, name
        if self._fits(key):
            self.gradient(model_id, name)[...] = value
        else:
            super().set_grad(model_id, name, value)

    def inc_grad(self, model_id: int, name: str, value: Array) -> None:
        if self._fits((model_id, name)):
            gradient = self.gradient(model_id, name)
            gradient += value
        else:
            super().inc_grad(model_id, name, value)

    def gradient(self, model_id: int, name: str) -> Array:
        key = model_id, name
        if not self._fits(key):
            return super().gradient(model_id, name)
        self._owner._open_shard()
        self.touched.add(key)
        return self._views[key][1]

    def _fits(self, key: Key) -> bool:
        # A parameter may have been replaced by one of another shape (resize) since the buffer was made.
        if key not in self._views:
            return False
        view, value = self._views[key][0], self._params[key]
        return value is view or (value.shape == view.shape and value.dtype == view.dtype)


def paths(models: Mapping[str, Model[Any, Any]]) -> dict[str, tuple[Model[Any, Any], str]]:
    """Return path -> (node, parameter name) for every declared parameter, components in order.

    A node that is reached twice has the path of its first visit, depth first.
    """
    found: dict[str, tuple[Model[Any, Any], str]] = {}
    seen: set[int] = set()
    for component, model in models.items():
        for way, node in walk_paths(model):
            if id(node) not in seen:
                seen.add(id(node))
                start = f"{component}/{way}" if way else component
                found.update({f"{start}:{name}": (node, name) for name in node.param_names})
    return found


@contextmanager
def use_params(models: Mapping[str, Model[Any, Any]], params: Mapping[Any, Array] | None) -> Iterator[None]:
    """Temporarily set parameters, for instance to an optimizer's averages.

    params: values by path, or by thinc's (node id, name). What is not in it stays.
    """
    params = params or {}
    backup = []
    with ExitStack() as stack:
        for path, (node, name) in paths(models).items():
            value = params.get(path, params.get((node.id, name)))
            if value is not None and node.has_param(name):
                backup.append((node, name, read(node, name)))
                node.set_param(name, value)
        for model in models.values():
            for shim in [shim for node in model.walk() for shim in node.shims]:
                stack.enter_context(shim.use_params(params))
        try:
            yield
        finally:
            for node, name, value in reversed(backup):
                node.set_param(name, value)


class Parameters:
    """The trainable parameters of a pipeline, bound to flat buffers.

    models: component name -> model, in pipeline order. Parameters that are not allocated yet are taken in by the
    first `step` or `sync` after they are.

    One step of training is, for each shard of the batch, forward and backward passes and `collect`, then `step`.
    Shards have gradients of their own that are summed in the order of the calls, so that it does not matter who
    computed them. With one shard `collect` costs nothing and may be left out.
    """

    def __init__(self, models: Mapping[str, Model[Any, Any]]) -> None:
        self.models = dict(models)
        self._slots: dict[str, tuple[Model[Any, Any], str, Key]] = {}
        self._totals: dict[str, Array] = {}
        self._touched: dict[str, None] = {}
        self._collected = 0
        self._stale = False
        self.weights: Array = None
        self.gradients: Array = None
        self._sums: Array = None
        self._offsets: dict[str, tuple[int, tuple[int, ...]]] = {}
        self._build()

    @property
    def paths(self) -> list[str]:
        """The paths of the bound parameters, in the order of the buffer."""
        return list(self._slots)

    @property
    def touched(self) -> list[str]:
        """The paths whose gradient has been added to since the last step."""
        now = [path for path, (node, _, key) in self._slots.items() if key in _server(node).touched]
        return [path for path in self._slots if path in self._touched or path in now]

    def sync(self) -> None:
        """Take parameters that were set, replaced or allocated since the last call into the buffer."""
        current = {p: (node, name) for p, (node, name) in paths(self.models).items() if node.has_param(name)}
        if list(current) != list(self._slots) or not all(self._reclaim(*slot) for slot in current.values()):
            self._build()

    def collect(self, shard: int = 0) -> None:
        """Add the gradients of a shard that is done to the step's total. Shards are collected in order."""
        touched = [path for path, (node, _, key) in self._slots.items() if key in _server(node).touched]
        if self._collected and not self._stale:
            for path in touched:
                node, _, key = self._slots[path]
                total = self._view(self._sums, path)
                total += _server(node)._views[key][1]
        self._touched.update(dict.fromkeys(touched))
        self._collected += 1
        self._stale = True

    def step(self, optimizer: Callable[..., tuple[Array, Array]]) -> None:
        """Let the optimizer update every parameter that has a gradient, under its path; then zero the gradients.

        optimizer: thinc's protocol, `(key, weights, gradient) -> (weights, gradient)`; in place where it can. What
        torch modules hold is updated by their shims.
        """
        if self._collected > 1 and not self._stale:
            self.collect()
        self.sync()
        for shim in [shim for model in self.models.values() for node in model.walk() for shim in node.shims]:
            shim.finish_update(optimizer)
        zeroes = isinstance(optimizer, Optimizer)
        for path in self.touched:
            node, _, key = self._slots[path]
            server = _server(node)
            view, own = server._views[key]
            total = self._view(self._sums, path) if self._collected > 1 else own
            weights, _ = optimizer(path, view, total)
            if not _same_memory(weights, view):
                view[...] = weights
            if not zeroes:
                total.fill(0)
            if total is not own:
                own.fill(0)
            server.touched.discard(key)
            server.renew()
        self._touched = {}
        self._collected = 0
        self._stale = False

    def zero_gradients(self) -> None:
        """Forget the gradients of the present step."""
        for buffer in (self.gradients, self._sums):
            if buffer is not None:
                buffer.fill(0)
        for node, _, key in self._slots.values():
            _server(node).touched.discard(key)
        self._touched = {}
        self._collected = 0
        self._stale = False

    def averages(self, optimizer: Any) -> dict[Any, Array]:
        """Return the averages that the optimizer keeps, under thinc's keys (node id, name), empty if it keeps none.

        This is what `Model.use_params` takes; keys that are no path of these models stay as they are.
        """
        kept: Mapping[Any, Array] = getattr(optimizer, "averages", None) or {}
        known = paths(self.models)
        return {(known[key][0].id, known[key][1]) if key in known else key: kept[key] for key in kept}

    @contextmanager
    def use_params(self, params: Mapping[Any, Array] | None) -> Iterator[None]:
        """Temporarily set parameters, see the function of this name."""
        with use_params(self.models, params):
            yield

    def _reclaim(self, node: Model[Any, Any], name: str) -> bool:
        """Copy a parameter that was set back into its place in the buffer; False if it doesn't fit there."""
        server, key = node._params, (node.id, name)
        if not isinstance(server, _BoundServer) or server._owner is not self or not server._fits(key):
            return False
        if not server.is_bound(key):
            view, grad = server._views[key]
            view[...] = server._params[key]
            server.bind(key, view, grad, key in server.touched)
            server.renew()
        return True

    def _open_shard(self) -> None:
        # Called before anything is added to a gradient: after a collect the buffers still hold the shard before.
        if not self._stale:
            return
        self._stale = False
        if self._collected == 1:
            if self._sums is None:
                self._sums = get_array_module(self.gradients).zeros_like(self.gradients)
            self._sums[...] = self.gradients
        self.gradients.fill(0)
        for node, _, key in self._slots.values():
            _server(node).touched.discard(key)

    def _view(self, buffer: Array, path: str) -> Array:
        start, shape = self._offsets[path]
        size = 1
        for length in shape:
            size *= length
        return buffer[start : start + size].reshape(shape)

    def _build(self) -> None:
        """Lay all allocated parameters out in new buffers, keeping values, gradients and totals."""
        current = {p: (node, name) for p, (node, name) in paths(self.models).items() if node.has_param(name)}
        old_sums, old_offsets, old_shapes = self._sums, self._offsets, {}
        if old_sums is not None:
            old_shapes = {path: self._view(old_sums, path) for path in old_offsets}
        values = {path: read(node, name) for path, (node, name) in current.items()}
        size = sum(int(value.size) for value in values.values())
        first = next(iter(values.values()), None)
        xp = get_array_module(first) if first is not None else None
        self._slots, self._offsets = {}, {}
        if xp is None:
            return
        dtype = xp.result_type(*{value.dtype for value in values.values()})
        self.weights = xp.empty((size,), dtype=dtype)
        self.gradients = xp.zeros((size,), dtype=dtype)
        self._sums = None if old_sums is None else xp.zeros((size,), dtype=dtype)
        start = 0
        for path, (node, name) in current.items():
            key = node.id, name
            value = values[path]
            self._offsets[path] = start, value.shape
            start += int(value.size)
            weights, grad = self._view(self.weights, path), self._view(self.gradients, path)
            weights[...] = value
            had = node.has_grad(name) and node.get_grad(name).shape == value.shape
            if had:
                grad[...] = node.get_grad(name)
            server = node._params
            if not isinstance(server, _BoundServer) or server._owner is not self:
                server = node._params = _BoundServer(self, server._params, server._grads)
            server.touched.discard(key)
            server.bind(key, weights, grad, had)
            server.renew()
            if self._sums is not None and path in old_shapes and old_shapes[path].shape == value.shape:
                self._view(self._sums, path)[...] = old_shapes[path]
            self._slots[path] = node, name, key


def _server(node: Model[Any, Any]) -> _BoundServer:
    server = node._params
    if not isinstance(server, _BoundServer):
        raise TypeError(f"The parameters of node '{node.name}' were bound elsewhere.")
    return server


def _same_memory(one: Array, other: Array) -> bool:
    if one is other:
        return True
    if type(one) is not type(other) or one.shape != other.shape or one.dtype != other.dtype:
        return False
    return bool(_address(one) == _address(other) and one.strides == other.strides)


def _address(array: Array) -> int:
    if hasattr(array, "__array_interface__"):
        return int(array.__array_interface__["data"][0])
    return int(array.__cuda_array_interface__["data"][0])
