"""Copies of models that share nothing with the original."""

from __future__ import annotations

from collections.abc import Mapping
from types import CellType, FunctionType
from typing import Any

from thinc.api import Model

from kernel.numeric.adapter import forward_of, set_forward
from kernel.numeric.server import forget_gradients


def copy_model(model: Model[Any, Any]) -> Model[Any, Any]:
    """A copy of a model with weights of its own.

    thinc's `Model.copy` copies layers and weights. It forgets the references; and a forward function that has a layer from around
    it, rather than from `model.layers`, would go on to run the original one. Both lead to the copies here. Gradients are left out.
    """
    copy = model.copy()
    forget_gradients(copy)
    pairs = list(zip(model.walk(), copy.walk(), strict=True))
    stand_ins = {id(old): new for old, new in pairs}
    for old, node in pairs:
        for name in old.ref_names:
            # One that was exchanged by hand may still be referred to, and is no part of the model.
            node.set_ref(name, stand_ins.get(id(old.maybe_get_ref(name))))
        point_to(node, stand_ins)
    return copy


def point_to(node: Model[Any, Any], stand_ins: Mapping[int, Any]) -> None:
    """Let a layer's forward function have others for the layers that it has from around it. stand_ins: by the identity of those."""
    forward = forward_of(node)
    cells = forward.__closure__ if isinstance(forward, FunctionType) else None
    if not cells or not any(_content(cell) in stand_ins for cell in cells):
        return
    new = FunctionType(
        forward.__code__,
        forward.__globals__,
        forward.__name__,
        forward.__defaults__,
        tuple(CellType(stand_ins[_content(cell)]) if _content(cell) in stand_ins else cell for cell in cells),
    )
    new.__kwdefaults__ = forward.__kwdefaults__
    set_forward(node, new)


def _content(cell: CellType) -> int:
    """The identity of what a variable holds, 0 if it has no value yet."""
    try:
        return id(cell.cell_contents)
    except ValueError:
        return 0
