"""What training changes in models, by the path of each layer: weights, sizes, plain attributes and what shims hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from kernel.errors import DataError
from kernel.numeric import shims as of_shims
from kernel.numeric.bytes import attributes, set_attributes
from kernel.numeric.parameters import nodes, paths, shims
from kernel.numeric.server import read
from kernel.state import copied, is_stateful


def model_state(models: Mapping[str, Any]) -> dict[str, Any]:
    """The state of models: their own arrays, which the next step changes, and otherwise plain data.

    parameters: path -> array. nodes: path of a layer -> its sizes and attributes, if there are any, and the states of those
    that have one (`kernel.state`). shims: path -> what `kernel.numeric.shims` says that a checkpoint keeps.
    """
    return {
        "parameters": {
            path: read(node, name) for path, (node, name) in paths(models).items() if node.has_param(name)
        },
        "nodes": {
            path: {
                "dims": {name: node.maybe_get_dim(name) for name in node.dim_names},
                "attrs": attributes(node),
                # A running mean, say, which is not saved with a model as plain attributes are.
                "arrays": {name: value for name, value in node.attrs.items() if _is_array(value)},
                "states": {
                    name: copied(value.state(), f"the attribute {name} of layer {path}")
                    for name, value in node.attrs.items()
                    if is_stateful(value)
                },
            }
            for path, node in nodes(models)
            if node.dim_names or node.attrs
        },
        "shims": {path: of_shims.state_of(shim) for path, shim in shims(models)},
    }


def restore_models(models: Mapping[str, Any], state: Mapping[str, Any]) -> None:
    """Give models the state that others of the same structure had. `DataError` if theirs is another one."""
    own, known = paths(models), dict(nodes(models))
    lacking = [path for path in state["parameters"] if path not in own]
    if lacking:
        raise DataError(
            f"the pipeline has no parameter {lacking[0]}: its layers are not those of the checkpoint"
        )
    for path, facts in state["nodes"].items():
        node = known.get(path)
        if node is None:
            raise DataError(f"the pipeline has no layer {path}: its layers are not those of the checkpoint")
        changed = {name: size for name, size in facts["dims"].items() if node.maybe_get_dim(name) != size}
        # A layer with weights keeps its size.
        for name in node.param_names if changed else ():
            node.set_param(name, None)
        for name, size in changed.items():
            node.set_dim(name, size, force=True)
        own_attributes = attributes(node)
        # Only what differs: written as plain data, a tuple is a list.
        set_attributes(node, {k: v for k, v in facts["attrs"].items() if own_attributes.get(k) != v})
        for name, value in facts["arrays"].items():
            on_cpu = isinstance(node.attrs.get(name), np.ndarray)
            node.attrs[name] = value if on_cpu else node.ops.asarray(value)
        for name, value in facts.get("states", {}).items():
            if is_stateful(node.attrs.get(name)):
                node.attrs[name].restore(value)
    for path, (node, name) in own.items():
        value = state["parameters"].get(path)
        if value is not None:
            node.set_param(name, node.ops.asarray(value))
        elif node.has_param(name):
            node.set_param(name, None)
    here = dict(shims(models))
    for path, data in state["shims"].items():
        if path not in here:
            raise DataError(
                f"the pipeline has no model of another framework at {path}, as the checkpoint has"
            )
        of_shims.restore(here[path], data)


def _is_array(value: Any) -> bool:
    return (
        isinstance(getattr(value, "dtype", None), np.dtype) and value.ndim > 0 and not value.dtype.hasobject
    )
