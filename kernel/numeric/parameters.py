"""The parameters of several models as one flat buffer of weights and one of gradients.

A parameter is known by its path: the component, the way from the model's root to the node, and the name, as in
`ner/0.1.2:W`. Paths are the same in every process, so optimizer state and averages are kept under them.

thinc gives every node a `ParamServer`. Here it is replaced by one whose arrays are views of the flat buffers: layers,
optimizers and hand-written loops (`model.finish_update`) go on as before. Whatever sets a parameter (initialize,
from_bytes, resize, use_params) may put any array in its place; before the next step it is taken back into the buffer.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from math import prod
from typing import Any

import numpy as np
from thinc.api import Model, Optimizer, get_array_module
from thinc.util import to_numpy

from kernel.numeric import shims as of_shims
from kernel.numeric.adapter import server_of, set_server, weights_of
from kernel.numeric.bytes import walk_paths
from kernel.numeric.rows import Tables
from kernel.numeric.server import Array, BoundServer, Key, forget_gradients, read, same_memory


def paths(models: Mapping[str, Model[Any, Any]]) -> dict[str, tuple[Model[Any, Any], str]]:
    """Return path -> (node, parameter name) for every declared parameter, components in order.

    A node that is reached twice has the path of its first visit, depth first.
    """
    return _parameters(nodes(models))


def nodes(models: Mapping[str, Model[Any, Any]]) -> Iterator[tuple[str, Model[Any, Any]]]:
    """Yield (path, node) for every layer once, components in order: `ner/0.1.2`, or `ner` for its root."""
    seen: set[int] = set()
    for component, model in models.items():
        for way, node in walk_paths(model):
            if id(node) not in seen:
                seen.add(id(node))
                yield f"{component}/{way}" if way else component, node


def shims(models: Mapping[str, Model[Any, Any]]) -> Iterator[tuple[str, Any]]:
    """Yield (path, shim) of every network of another framework: the path of its layer and its number there, `ner/0#0`."""
    return _shims(nodes(models))


def _parameters(walked: Iterable[tuple[str, Model[Any, Any]]]) -> dict[str, tuple[Model[Any, Any], str]]:
    found: dict[str, tuple[Model[Any, Any], str]] = {}
    for start, node in walked:
        for name in node.param_names:
            found[f"{start}:{name}"] = node, name
    return found


def _shims(walked: Iterable[tuple[str, Model[Any, Any]]]) -> Iterator[tuple[str, Any]]:
    for path, node in walked:
        for number, shim in enumerate(node.shims):
            yield f"{path}#{number}", shim


@contextmanager
def use_params(models: Mapping[str, Model[Any, Any]], params: Mapping[Any, Array] | None) -> Iterator[None]:
    """Temporarily set parameters, for instance to an optimizer's averages.

    params: values by path, or by thinc's (number of a node or a shim, name). What is not in it stays.
    """
    params = params or {}
    backup = []
    with ExitStack() as stack:
        try:
            for path, (node, name) in paths(models).items():
                value = params.get(path, params.get((node.id, name)))
                if value is not None and node.has_param(name):
                    backup.append((node, name, read(node, name)))
                    node.set_param(name, value)
            for path, shim in shims(models) if params else ():
                stack.enter_context(shim.use_params(of_shims.numbered(shim, path, params)))
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
        # Paths touched by the shards that were collected. The first shard stays where it is, in `gradients`; only
        # when another one begins is it copied to `_sums`.
        self._touched: dict[str, None] = {}
        self._collected = False
        self._summed = False
        self.weights: Array = None
        self.gradients: Array = None
        self._sums: Array = None
        self._offsets: dict[str, tuple[int, tuple[int, ...]]] = {}
        self._tables = Tables()
        # What `take` has given in this step, and what it may give again.
        self._taken: list[Array] = []
        self._free: list[Array] = []
        self._build()

    @property
    def paths(self) -> list[str]:
        """The paths of the bound parameters, in the order of the buffer."""
        return list(self._slots)

    @property
    def touched(self) -> list[str]:
        """The paths whose gradient has been added to since the last step."""
        now = self._touched_now()
        return [path for path in self._slots if path in self._touched or path in now]

    def _touched_now(self) -> dict[str, None]:
        return {
            path: None for path, (node, _, key) in self._slots.items() if key in self._server(node).touched
        }

    def sync(self) -> None:
        """Take parameters that were set, replaced or allocated since the last call into the buffer."""
        self._sync(nodes(self.models))

    def _sync(self, walked: Iterable[tuple[str, Model[Any, Any]]]) -> None:
        found = _parameters(walked).items()
        current = {path: (node, name) for path, (node, name) in found if node.has_param(name)}
        if list(current) != list(self._slots) or not all(self._reclaim(*slot) for slot in current.values()):
            self._build()

    def collect(self, shard: int = 0) -> None:
        """Add the gradients of a shard that is done to the step's total. Shards are collected in order."""
        self._collect(list(nodes(self.models)))

    def _collect(self, walked: Collection[tuple[str, Model[Any, Any]]]) -> None:
        for _, shim in _shims(walked):
            of_shims.collect(shim)
        self._sync(walked)
        now = self._touched_now()
        if self._collected or not now:
            return
        if self._summed:
            # Whole, as several processes add it up: where nothing was added to, there are zeros.
            self._sums += self.gradients
        self._touched.update(dict.fromkeys(now))
        self._collected = True

    def arrays(self) -> Iterator[Array]:
        """All weights, for reading, as arrays of the host: the parameters, then those of networks of other frameworks."""
        self.sync()
        if self.weights is not None:
            yield to_numpy(self.weights)
        for _, shim in shims(self.models):
            for weights in of_shims.weights_of(shim).values():
                yield to_numpy(weights)

    def take(self, *, is_last: bool = False) -> tuple[Array, list[str]]:
        """The gradients of a shard that is done, as one flat array, and the paths that have any.

        The array is the host's, and holds until `step` or `zero_gradients`. Every process with the same models has the same order: that of `paths`, then
        the networks of other frameworks, whose paths are like `ner/0#0:linear.weight`. is_last: of this process's shards, so that `put` or one
        of these comes next; without it the gradients are forgotten here.
        """
        walked = list(nodes(self.models))
        found = [(path, shim, of_shims.take_gradients(shim, path)) for path, shim in _shims(walked)]
        self._sync(walked)
        touched = [path for path in self._slots if path in self._touched_now()]
        parts = [] if self.gradients is None else [to_numpy(self.gradients)]
        for path, shim, gradients in found:
            touched += [f"{path}:{name}" for name, gradient in gradients.items() if gradient is not None]
            for name, weights in of_shims.weights_of(shim).items():
                gradient = gradients.get(name)
                flat = np.zeros(weights.size, dtype="f") if gradient is None else to_numpy(gradient).ravel()
                parts.append(flat)
        if is_last and len(parts) == 1:
            # `put` writes over it.
            return parts[0], touched
        taken = self._joined(parts)
        self._forget()
        return taken, touched

    def _joined(self, parts: Sequence[Array]) -> Array:
        """Arrays one after the other, where those of an earlier step were if they are done with: new memory of this size costs more than
        copying does."""
        size = sum(part.size for part in parts)
        dtype = np.result_type(*parts) if parts else np.dtype("f")
        free = [array for array in self._free if (array.size, array.dtype) == (size, dtype)]
        joined = free.pop() if free else np.empty(size, dtype=dtype)
        self._free = free
        self._taken.append(joined)
        if parts:
            np.concatenate(parts, out=joined)
        return joined

    def put(self, gradients: Array, touched: Collection[str]) -> None:
        """Let these be the gradients of the whole batch. gradients, touched: as `take` gives them."""
        walked = list(nodes(self.models))
        self._sync(walked)
        there = set(touched)
        size = 0 if self.gradients is None else self.gradients.size
        if size:
            self.gradients[...] = get_array_module(self.gradients).asarray(gradients[:size])
            for path, (node, _, key) in self._slots.items():
                if path in there:
                    self._server(node).touched.add(key)
                    self._touched[path] = None
        for path, shim in _shims(walked):
            found: dict[str, Any] = {}
            if f"{path}:{of_shims.OVERFLOW}" in there:
                found[of_shims.OVERFLOW] = True
            for name, weights in of_shims.weights_of(shim).items():
                if f"{path}:{name}" in there:
                    found[name] = gradients[size : size + weights.size].reshape(weights.shape)
                size += weights.size
            of_shims.put_gradients(shim, found)
        self._collected = bool(self._touched)

    def step(self, optimizer: Callable[..., tuple[Array, Array]]) -> None:
        """Let the optimizer update every parameter that has a gradient, under its path; then zero the gradients.

        optimizer: thinc's protocol, `(key, weights, gradient) -> (weights, gradient)`; in place where it can. What
        shims hold is updated by them.
        """
        # One walk through the layers serves all that follows: in a small model it takes as long as a step of the optimizer.
        walked = list(nodes(self.models))
        self._collect(walked)
        for path, shim in _shims(walked):
            of_shims.step(shim, path, optimizer)
        zeroes = isinstance(optimizer, Optimizer)
        servers = []
        try:
            for path in self.touched:
                node, _, key = self._slots[path]
                server = self._server(node)
                servers.append(server)
                view, own = server.views[key]
                total = self._view(self._sums, path) if self._summed else own
                if total is not own:
                    own.fill(0)
                server.touched.discard(key)
                if zeroes:
                    forget_other_sizes(optimizer, path, view.size)
                if self._tables.step(optimizer, path, view, total, server):
                    continue
                weights, _ = optimizer(path, view, total)
                if not same_memory(weights, view):
                    view[...] = weights
                if not zeroes:
                    total.fill(0)
        finally:
            # Also after an error: some weights have changed by then, and what was derived from them is out of date.
            for server in servers:
                server.renew()
            self._tables.settle()
        self._end_step()

    def zero_gradients(self) -> None:
        """Forget the gradients of the present step, those in shims too."""
        self._forget()
        self._end_step()

    def _forget(self) -> None:
        for model in self.models.values():
            forget_gradients(model)
        for buffer in (self.gradients, self._sums):
            if buffer is not None:
                buffer.fill(0)
        for node, _, key in self._slots.values():
            self._server(node).touched.discard(key)
        self._count_anew()

    def averages(self, optimizer: Any) -> dict[Any, Array]:
        """Return the averages that the optimizer keeps, under thinc's keys (node id, name), empty if it keeps none.

        This is what `Model.use_params` takes; keys that are no path of these models stay as they are. A parameter that
        has been resized since has no average until its next step.
        """
        averages: dict[Any, Array] = dict(getattr(optimizer, "averages", None) or {})
        for path, (node, name) in paths(self.models).items():
            average = averages.pop(path, None)
            if average is not None and node.has_param(name) and average.shape == read(node, name).shape:
                averages[node.id, name] = average
        return averages

    @contextmanager
    def use_params(self, params: Mapping[Any, Array] | None) -> Iterator[None]:
        """Temporarily set parameters, see the function of this name."""
        with use_params(self.models, params):
            yield

    def _reclaim(self, node: Model[Any, Any], name: str) -> bool:
        """Copy a parameter that was set back into its place in the buffer; False if it doesn't fit there."""
        server, key = server_of(node), (node.id, name)
        if not isinstance(server, BoundServer) or server.owner is not self or not server.fits(key):
            return False
        if not server.is_bound(key):
            view, grad = server.views[key]
            view[...] = weights_of(server)[key]
            server.bind(key, view, grad, key in server.touched)
            server.renew()
        return True

    def _open_shard(self) -> None:
        # Called before anything is added to a gradient: after a collect the buffer still holds the shard before.
        if not self._collected:
            return
        self._collected = False
        if not self._summed:
            if self._sums is None:
                self._sums = get_array_module(self.gradients).empty_like(self.gradients)
            self._sums[...] = self.gradients
            self._summed = True
        self.gradients.fill(0)
        for node, _, key in self._slots.values():
            self._server(node).touched.discard(key)

    def _end_step(self) -> None:
        self._count_anew()
        self._free, self._taken = self._free + self._taken, []

    def _count_anew(self) -> None:
        self._touched = {}
        self._collected = self._summed = False

    def _server(self, node: Model[Any, Any]) -> BoundServer:
        server = server_of(node)
        if not isinstance(server, BoundServer) or server.owner is not self:
            raise TypeError(f"The parameters of node '{node.name}' belong to other Parameters now.")
        return server

    def _view(self, buffer: Array, path: str) -> Array:
        start, shape = self._offsets[path]
        return buffer[start : start + prod(shape)].reshape(shape)

    def _build(self) -> None:
        """Lay all allocated parameters out in new buffers, keeping values, gradients and totals."""
        current = {p: (node, name) for p, (node, name) in paths(self.models).items() if node.has_param(name)}
        old_sums, old_offsets, old_shapes = self._sums, self._offsets, {}
        if old_sums is not None:
            old_shapes = {path: self._view(old_sums, path) for path in old_offsets}
        values = {path: read(node, name) for path, (node, name) in current.items()}
        gradients = {
            path: node.get_grad(name) for path, (node, name) in current.items() if node.has_grad(name)
        }
        size = sum(int(value.size) for value in values.values())
        self._slots, self._offsets = {}, {}
        self._tables = Tables()
        if not current:
            return
        xp = next(node for node, _ in current.values()).ops.xp
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
            had = path in gradients and gradients[path].shape == value.shape
            if had:
                grad[...] = gradients[path]
            server = server_of(node)
            if not isinstance(server, BoundServer) or server.owner is not self:
                server = BoundServer(server, self, self._open_shard)
                set_server(node, server)
            server.touched.discard(key)
            server.bind(key, weights, grad, had)
            server.renew()
            if self._sums is not None and path in old_shapes and old_shapes[path].shape == value.shape:
                self._view(self._sums, path)[...] = old_shapes[path]
            self._slots[path] = node, name, key


def forget_other_sizes(optimizer: Optimizer, key: Any, size: int) -> None:
    """Let thinc's optimizer start anew with a parameter that was resized (by a new label) since its last step.

    key: under which the optimizer keeps what belongs to it. size: number of its weights.
    """
    states = [state for state in (optimizer.mom1, optimizer.mom2, optimizer.averages) if state is not None]
    if any(key in state and state[key].size != size for state in states):
        for state in (*states, optimizer.nr_update):
            state.pop(key, None)
