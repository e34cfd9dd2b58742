"""From the layers of a file to ours, and back: what `layers` describes, carried out."""

from __future__ import annotations

from typing import Any

import numpy as np
from thinc.api import Model

from kernel.errors import DataError, UsageError
from kernel.numeric.server import read
from kernel.vocab.attrs import IDS
from kernel_spacy.weights.layers import COLUMNS, Array, Counterpart, Layer, Weight
from kernel_spacy.weights.nodes import SavedNode, pack, read_nodes, shown, write_nodes

_HINT = "The weights were saved with another architecture or other settings than the config of the pipeline names."


def take(model: Model[Any, Any], data: bytes, where: str, counterpart: Counterpart) -> None:
    """Give a model of ours the weights of a file of theirs. Our model need not be initialized.

    where: the component, for messages. `DataError` if the file is damaged, or of another architecture; then nothing is taken.
    """
    saved = read_nodes(data, where)
    described = counterpart(model).walk()
    _check_same(described, saved, where)
    pairs = [
        (weight, _converted(weight, node.params[weight.name], _place(number, layer, where)))
        for number, (layer, node) in enumerate(zip(described, saved, strict=True))
        for weight in layer.weights
    ]
    for weight, array in pairs:
        _set(weight, array)
    # From the innermost layers outwards: a model knows its number of outputs when its last layer does.
    for layer, node in reversed(list(zip(described, saved, strict=True))):
        for shim, content in zip(layer.shims, node.shims, strict=True):
            shim.take(content)
        if layer.taken is not None:
            layer.taken(node)


def give(model: Model[Any, Any], counterpart: Counterpart) -> bytes:
    """The weights of our model as a file of theirs. `UsageError` if it has no weights yet."""
    described = counterpart(model).walk()
    numbers = {id(layer): number for number, layer in enumerate(described)}
    return write_nodes([_given(layer, numbers) for layer in described])


def _given(layer: Layer, numbers: dict[int, int]) -> SavedNode:
    params = {}
    for weight in layer.weights:
        if not weight.node.has_param(weight.name):
            raise UsageError(
                f"layer {weight.node.name} has no weights yet", hint="Train or initialize the pipeline first."
            )
        array = weight.node.ops.to_numpy(read(weight.node, weight.name))
        params[weight.name] = np.ascontiguousarray(weight.form.give(array))
    return SavedNode(
        layer.name,
        dict(layer.dims),
        {name: numbers[id(other)] for name, other in layer.refs.items()},
        params,
        {name: pack(value) for name, value in layer.attrs.items()},
        [shim.give() for shim in layer.shims],
    )


def _place(number: int, layer: Layer, where: str) -> str:
    return f"{where}: layer {number} of its model ({shown(layer.name)})"


def _check_same(described: list[Layer], saved: list[SavedNode], where: str) -> None:
    """Whether a file has the layers that it should have: as many, and those with parameters in the same places."""
    if len(described) != len(saved):
        raise DataError(
            f"{where}: its model has {len(saved)} layers, and the config describes one of {len(described)}",
            hint=_HINT,
        )
    for number, (layer, node) in enumerate(zip(described, saved, strict=True)):
        place = _place(number, layer, where)
        own, found = (sorted(names) for names in ([w.name for w in layer.weights], node.params))
        if own != found or (own and layer.name != node.name):
            raise DataError(
                f"{place} is {shown(node.name)} in the file, with the parameters {found} in the place of {own}",
                hint=_HINT,
            )
        missing = [name for name, value in node.params.items() if value is None]
        if missing:
            raise DataError(
                f"{place} has no {missing[0]} in the file",
                hint="The pipeline was saved before it was trained.",
            )
        for weight in layer.weights:
            _check_sizes(weight, layer, node, place)
        if len(layer.shims) != len(node.shims):
            raise DataError(
                f"{place} has {len(node.shims)} other networks in the file, not {len(layer.shims)}",
                hint=_HINT,
            )
        for name in sorted(layer.checked):
            if name in node.attrs and _plain(name, node.attrs[name]) != _plain(name, layer.attrs[name]):
                raise DataError(
                    f"{place} has {name} {node.attrs[name]!r} in the file, and {layer.attrs[name]!r} by the config",
                    hint=_HINT,
                )


def _plain(name: str, value: Any) -> Any:
    """An attribute as it is compared: attributes of words have names or numbers there."""
    if name != COLUMNS or not isinstance(value, list):
        return value
    return [IDS.get(each.upper(), each) if isinstance(each, str) else each for each in value]


def _check_sizes(weight: Weight, layer: Layer, node: SavedNode, place: str) -> None:
    """The dims of a layer whose axes are not known: those of the config count."""
    if weight.axes is not None:
        return
    for name, size in layer.dims.items():
        saved = node.dims.get(name)
        if None not in (size, saved) and size != saved:
            raise DataError(f"{place} has {name} {saved} in the file, and {size} by the config", hint=_HINT)


def _converted(weight: Weight, array: Array, place: str) -> Array:
    """An array as ours, with the shape that our layer takes as far as it knows."""
    try:
        made = weight.form.take(array)
    except ValueError as error:
        raise DataError(
            f"{place} has {weight.name} of shape {array.shape}, which can't be: {error}", hint=_HINT
        ) from error
    # Not one that has a gap, and not one that belongs to what was read.
    made = np.array(made, dtype=np.float32, order="C", copy=True)
    if not np.isfinite(made).all():
        raise DataError(
            f"{place} has {weight.name} with values that are no numbers (NaN) or infinite",
            hint="Its training failed, or the file was damaged: take an earlier one. exclude leaves the component out.",
        )
    if weight.axes is None:
        return made
    wanted = [weight.node.maybe_get_dim(axis) if axis else None for axis in weight.axes]
    fits = made.ndim == len(wanted) and all(
        size in (None, own) for size, own in zip(wanted, made.shape, strict=True)
    )
    if not fits:
        raise DataError(
            f"{place} has {weight.name} of shape {array.shape}: ours would be {made.shape}, and by the config it is "
            f"({', '.join('?' if size is None else str(size) for size in wanted)})",
            hint=_HINT,
        )
    return made


def _set(weight: Weight, array: Array) -> None:
    node = weight.node
    for axis, size in zip(weight.axes or (), array.shape, strict=weight.axes is not None):
        if axis and node.maybe_get_dim(axis) is None:
            node.set_dim(axis, size)
    node.set_param(weight.name, node.ops.asarray(array))
