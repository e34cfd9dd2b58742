"""How a model of theirs is put together, described layer by layer, with what of ours each parameter is.

A model is described once, as a tree of `Layer`s, and read in both directions: `pairs.take` gives our model the arrays of a file,
`pairs.give` writes a file from our model. The tree has the same layers as theirs, in the same places, because a file lists them
breadth first and says nothing of how they hang together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from thinc.api import Model

from kernel.errors import Unsupported
from kernel.vocab.attrs import NAMES
from kernel_spacy.weights.nodes import SavedNode

Array = Any
COLUMNS = "columns"
"""The attribute of a layer that says which attributes of words it takes."""


class Form(NamedTuple):
    """How an array lies in their model and in ours."""

    take: Callable[[Array], Array]
    """Theirs -> ours. `ValueError` if it can't be."""
    give: Callable[[Array], Array]
    """Ours -> theirs."""


def _same(array: Array) -> Array:
    return array


def _swap(array: Array) -> Array:
    return np.swapaxes(array, 0, 1)


SAME = Form(_same, _same)
SWAPPED = Form(_swap, _swap)
"""Outputs and pieces of a maxout exchanged."""


@dataclass(frozen=True)
class Weight:
    """A parameter of theirs, and where ours is."""

    name: str
    node: Model[Any, Any]
    """Our layer, which has a parameter of that name."""
    form: Form
    axes: tuple[str, ...] | None = None
    """The dims of our layer that are the axes of our array; "" for an axis that is no dim. None if they are not known."""


@dataclass
class Layer:
    """One layer of theirs."""

    name: str
    layers: Sequence[Layer] = ()
    weights: Sequence[Weight] = ()
    dims: Mapping[str, int | None] = field(default_factory=dict)
    attrs: Mapping[str, Any] = field(default_factory=dict)
    checked: frozenset[str] = frozenset()
    """Attributes that a file must have as they are here: the weights mean something else otherwise."""
    refs: dict[str, Layer] = field(default_factory=dict)
    shims: Sequence[Shim] = ()
    taken: Callable[[SavedNode], None] | None = None
    """Called with the layer of the file when all arrays have been taken: what else ours needs to know."""

    def walk(self) -> list[Layer]:
        """All layers, breadth first, each once: the order of a file."""
        found, seen, queue = [], set(), [self]
        while queue:
            layer = queue.pop(0)
            if id(layer) not in seen:
                seen.add(id(layer))
                found.append(layer)
                queue.extend(layer.layers)
        return found


@dataclass(frozen=True)
class Shim:
    """A network of another framework: what stands for it in a file."""

    take: Callable[[bytes], None]
    give: Callable[[], bytes]


Counterpart = Callable[[Model[Any, Any]], Layer]
"""From a model of ours to the description of theirs."""


def columns(attrs: Sequence[int]) -> Layer:
    """What takes attributes of words from a document, in this order. attrs: numbers."""
    made = plain("extract_features", columns=[NAMES[attr] for attr in attrs])
    made.checked = frozenset({COLUMNS})
    return made


def _width(layers: Sequence[Layer]) -> dict[str, int | None]:
    """The width of the last layer that has one."""
    sizes = [layer.dims["nO"] for layer in layers if layer.dims.get("nO") is not None]
    return {"nO": sizes[-1]} if sizes else {}


def chain(*layers: Layer, **refs: Layer) -> Layer:
    """One layer after another."""
    return Layer(">>".join(layer.name for layer in layers), layers, dims=_width(layers), refs=refs)


def side_by_side(*layers: Layer) -> Layer:
    """The outputs of several layers as one; a single layer is left as it is."""
    if len(layers) == 1:
        return layers[0]
    sizes = [layer.dims.get("nO") for layer in layers]
    width = None if None in sizes else sum(size for size in sizes if size is not None)
    return Layer("|".join(layer.name for layer in layers), layers, dims={"nO": width})


def around(kind: str, layer: Layer, **attrs: Any) -> Layer:
    """A layer that wraps another one: `residual(...)`."""
    dims = {name: size for name, size in layer.dims.items() if name in ("nO", "nI")}
    return Layer(f"{kind}({layer.name})", [layer], dims=dims, attrs=attrs)


def with_array(layer: Layer, pad: int = 0) -> Layer:
    """A layer on the rows of all documents, with `pad` rows of zeros before, between and after them."""
    return around("with_array", layer, pad=pad)


def plain(name: str, **attrs: Any) -> Layer:
    """A layer without parameters."""
    return Layer(name, attrs=attrs)


def dropout(rate: float = 0.0) -> Layer:
    """Their dropout."""
    return plain("dropout", dropout_rate=rate, is_enabled=True)


def sizes(node: Model[Any, Any], *names: str) -> dict[str, int | None]:
    """Some dims of a layer of ours, None for what is not known yet."""
    return {name: node.maybe_get_dim(name) for name in names}


def affine(name: str, node: Model[Any, Any], **attrs: Any) -> Layer:
    """W (nO, nI) and b (nO,), the same as ours."""
    weights = [Weight("W", node, SAME, ("nO", "nI")), Weight("b", node, SAME, ("nO",))]
    return Layer(name, weights=weights, dims=sizes(node, "nO", "nI"), attrs=attrs)


def layer_norm(node: Model[Any, Any]) -> Layer:
    """G and b of a layer norm."""
    weights = [Weight(name, node, SAME, ("nI",)) for name in ("G", "b")]
    width = node.maybe_get_dim("nI")
    return Layer("layernorm", weights=weights, dims={"nI": width, "nO": width})


def maxout(node: Model[Any, Any]) -> Layer:
    """A maxout of ours, whose pieces come first; of thinc's, which is theirs."""
    own = node.name == "maxout" and _pieces_first(node)
    form, axes = (SWAPPED, ("nP", "nO")) if own else (SAME, ("nO", "nP"))
    weights = [Weight("W", node, form, (*axes, "nI")), Weight("b", node, form, axes)]
    return Layer("maxout", weights=weights, dims=sizes(node, "nO", "nI", "nP"))


def _pieces_first(node: Model[Any, Any]) -> bool:
    from thinc.layers import maxout as theirs

    from kernel.numeric.adapter import forward_of

    return forward_of(node) is not theirs.forward


def own(node: Model[Any, Any], of: Counterpart) -> Layer:
    """A layer that is the same here and there, such as one of thinc's in a user's architecture."""
    if node.shims:
        raise Unsupported(
            f"the layer {node.name} holds a network of another framework, whose weights are not read from a pipeline of spaCy",
            hint="Leave the component out, or train it again.",
        )
    known = {id(layer): of(layer) for layer in node.layers}
    weights = [Weight(name, node, SAME) for name in node.param_names]

    def taken(saved: SavedNode) -> None:
        for name, size in saved.dims.items():
            if size is not None and node.has_dim(name) is None:
                node.set_dim(name, size)
        for name, value in saved.attrs.items():
            if type(node.attrs.get(name)) is type(value):
                node.attrs[name] = value

    layers = [known[id(layer)] for layer in node.layers]
    return Layer(node.name, layers, weights, sizes(node, *node.dim_names), taken=taken)


def block(node: Model[Any, Any], *, with_dropout: bool = True) -> Layer:
    """A hidden block of ours, [maxout or mish, layer norm, dropout]: a chain of two, and in a chain with dropout."""
    inner, norm = node.layers[:2]
    hidden = affine("mish", inner) if inner.name == "mish" else maxout(inner)
    both = chain(hidden, layer_norm(norm))
    made = chain(both, dropout()) if with_dropout else both
    for layer in (both, made):
        layer.dims = sizes(inner, "nO", "nI")
    return made
