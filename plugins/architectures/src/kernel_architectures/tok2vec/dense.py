"""The hidden layer that embeddings and encoders are made of: affine, maxout or mish, layer norm, dropout.

A block is a model with the layers [maxout or mish, layernorm, dropout], computed as one. The weights of a maxout lie
piece by piece, W (nP, nO, nI) and b (nP, nO), so that one matrix product makes all pieces side by side. thinc's own
Maxout has (nO, nP, nI) and (nO, nP): swap the first two axes to convert. Mish is W (nO, nI) and b (nO,), as in thinc.

A block is given its input with a last column of ones: the bias is then part of the product.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from thinc.api import Dropout, LayerNorm, Model, Ops, glorot_uniform_init

from kernel.numeric.ops import backprop_normalize, maxout, maxout_winners, normalize
from kernel.numeric.server import gradient, read, version, versioned

Array = Any


def maxout_block(nO: int, nI: int | None, nP: int) -> Model[Array, Array]:
    """Affine layer with `nP` pieces of which the maximum counts, layer norm and dropout. Input (N, nI + 1)."""
    affine: Model[Array, Array] = Model(
        "maxout",
        _affine_forward,
        init=_init_maxout,
        dims={"nO": nO, "nI": nI, "nP": nP},
        params={"W": None, "b": None},
    )
    return _block("maxout_block", affine, nO, nI)


def mish_block(nO: int, nI: int) -> Model[Array, Array]:
    """Affine layer with mish activation (Misra 2019), layer norm and dropout. Input (N, nI + 1)."""
    affine: Model[Array, Array] = Model(
        "mish", _affine_forward, init=_init_mish, dims={"nO": nO, "nI": nI}, params={"W": None, "b": None}
    )
    return _block("mish_block", affine, nO, nI)


def _block(name: str, affine: Model[Array, Array], nO: int, nI: int | None) -> Model[Array, Array]:
    layers = [affine, LayerNorm(nO), Dropout(0.0)]
    dims = {"nO": nO, "nI": nI}
    return versioned(
        Model(name, forward, init=_init_block, layers=layers, dims=dims, attrs={"packed": _Kept()})
    )


def _init_block(model: Model[Array, Array], X: Any = None, Y: Any = None) -> None:
    for layer in model.layers[:2]:
        layer.initialize()


def _init_maxout(model: Model[Array, Array], X: Any = None, Y: Any = None) -> None:
    # thinc's Maxout draws (nO, nP, nI), which makes the bound sqrt(6 / (nO + nP)) whatever nI is. Kept as it is:
    # layer norm undoes the scale, and equal seeds give the weights that thinc gives.
    nO, nP, nI = (model.get_dim(name) for name in ("nO", "nP", "nI"))
    drawn = glorot_uniform_init(model.ops, (nO, nP, nI))
    model.set_param("W", model.ops.xp.ascontiguousarray(drawn.transpose(1, 0, 2)))
    model.set_param("b", model.ops.alloc2f(nP, nO))


def _init_mish(model: Model[Array, Array], X: Any = None, Y: Any = None) -> None:
    nO, nI = model.get_dim("nO"), model.get_dim("nI")
    model.set_param("W", glorot_uniform_init(model.ops, (nO, nI)))
    model.set_param("b", model.ops.alloc1f(nO))


class Packed:
    """The weights of a block, ready for products with an input (N, nI + 1) with ones last. Not to be written to.

    They lie as (inputs, outputs): BLAS libraries have kernels for products with few rows, which the transpose of
    such weights keeps them from using.
    """

    def __init__(self, affine: Model[Array, Array], layernorm: Model[Array, Array]) -> None:
        W, b, xp = read(affine, "W"), read(affine, "b"), affine.ops.xp
        self.width, n_inputs = W.shape[-2:]
        self.pieces = b.size // self.width
        self.flat = xp.empty((n_inputs + 1, b.size), dtype=xp.result_type(W, b))
        """(nI + 1, pieces * nO), the bias in the last row: X @ flat has the pieces side by side."""
        self.rows = W.reshape(-1, n_inputs)
        """(pieces * nO, nI), W as it is: what the backward pass multiplies with."""
        self.flat[:-1] = self.rows.T
        self.flat[-1] = b.ravel()
        self.G, self.b = read(layernorm, "G"), read(layernorm, "b")
        self._xp = xp

    @cached_property
    def planes(self) -> Array:
        """(pieces, nI + 1, nO), the same in another order: X @ planes has the pieces one after the other."""
        return self._xp.ascontiguousarray(self.flat.reshape(-1, self.pieces, self.width).transpose(1, 0, 2))


class _Kept:
    """The packed weights of one block, kept while they don't change."""

    def __init__(self) -> None:
        self._kept: tuple[tuple[int, ...] | None, Packed | None] = (None, None)

    def __reduce__(self) -> tuple[Any, ...]:
        # A copy begins with nothing, in this process and in another, where versions mean something else.
        return _Kept, ()

    def get(self, affine: Model[Array, Array], layernorm: Model[Array, Array]) -> Packed:
        stamp = version((affine, layernorm))
        kept_stamp, kept = self._kept
        if kept is None or stamp is None or stamp != kept_stamp:
            kept = Packed(affine, layernorm)
            self._kept = stamp, kept
        return kept


def packed(block: Model[Array, Array]) -> Packed:
    """Return the weights of a block, packed."""
    weights: Packed = block.attrs["packed"].get(*block.layers[:2])
    return weights


def with_ones(ops: Ops, rows: int, width: int, dtype: Any) -> Array:
    """Return an uninitialised (rows, width + 1) array whose last column is ones."""
    array = ops.xp.empty((rows, width + 1), dtype=dtype)
    array[:, width] = 1
    return array


def forward(block: Model[Array, Array], X: Array, is_train: bool) -> tuple[Array, Callable[[Array], Array]]:
    """X (N, nI + 1) with ones last -> (N, nO). The backward pass gives the gradient of the first nI columns."""
    Y, backprop_transform = transform(block, X, is_train)
    mask = dropout_mask(block, Y.shape, is_train)
    if mask is not None:
        Y *= mask

    def backprop(dY: Array) -> Array:
        return backprop_transform(dY.copy() if mask is None else dY * mask)

    return Y, backprop


def dropout_mask(block: Model[Array, Array], shape: tuple[int, ...], is_train: bool) -> Array | None:
    """Return the block's dropout mask for an output of this shape, None if nothing is dropped."""
    attrs = block.layers[2].attrs
    if not is_train or not attrs["dropout_rate"] or not attrs["is_enabled"]:
        return None
    return block.ops.get_dropout_mask(shape, attrs["dropout_rate"])


def transform(block: Model[Array, Array], X: Array, is_train: bool) -> tuple[Array, Callable[[Array], Array]]:
    """The block without its dropout. The backward pass overwrites the gradient that it is given."""
    affine, layernorm = block.layers[:2]
    ops, weights = block.ops, packed(block)
    hidden, backprop_activation = _activate(affine, X @ weights.flat, is_train)
    scale = normalize(ops, hidden)
    Y = hidden * weights.G
    Y += weights.b

    def backprop(dY: Array) -> Array:
        total = gradient(layernorm, "b")
        total += dY.sum(axis=0)
        total = gradient(layernorm, "G")
        total += ops.xp.einsum("ij,ij->j", dY, hidden)
        dY *= weights.G
        dZ = backprop_activation(backprop_normalize(ops, dY, hidden, scale))
        dW = dZ.T @ X
        total = gradient(affine, "W")
        total += dW[:, :-1].reshape(total.shape)
        total = gradient(affine, "b")
        total += dW[:, -1].reshape(total.shape)
        return dZ @ weights.rows

    return Y, backprop


def _activate(
    affine: Model[Array, Array], planes: Array, is_train: bool
) -> tuple[Array, Callable[[Array], Array]]:
    ops = affine.ops
    if affine.name == "mish":
        return ops.mish(planes), lambda d: ops.backprop_mish(d, planes)
    nP = affine.get_dim("nP")
    best = maxout(ops, planes, nP)
    winners = maxout_winners(ops, planes, best, nP) if is_train else []

    def backprop(d: Array) -> Array:
        # The planes have served their purpose; their memory takes the gradient.
        width = d.shape[1]
        for piece, wins in enumerate(winners):
            ops.xp.multiply(d, wins, out=planes[:, piece * width : (piece + 1) * width])
        return planes

    return best, backprop


def _affine_forward(
    model: Model[Array, Array], X: Array, is_train: bool
) -> tuple[Array, Callable[[Array], Array]]:
    """The layer by itself, without layer norm: X (N, nI) -> (N, nO)."""
    W, b = read(model, "W"), read(model, "b")
    planes = X @ W.reshape(-1, W.shape[-1]).T
    planes += b.ravel()
    Y, backprop_activation = _activate(model, planes, is_train)

    def backprop(dY: Array) -> Array:
        dZ = backprop_activation(dY)
        total = gradient(model, "W")
        total += (dZ.T @ X).reshape(total.shape)
        total = gradient(model, "b")
        total += dZ.sum(axis=0).reshape(total.shape)
        return dZ @ W.reshape(-1, W.shape[-1])

    return Y, backprop
