"""The array operations of the CPU, and the numerical building blocks that the architectures share.

`KernelOps` differs from thinc's `NumpyOps` in four things: matrix products go to numpy's BLAS, dropout masks come
from the keyed streams, and flattening or cutting up a batch copies nothing where it can. It is set on the nodes of a
model by `place`, never globally.

The functions below take any thinc Ops and use its array module, so that they run on cupy too.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.random import SFC64
from thinc.api import NumpyOps, Ops

from kernel.errors import UsageError
from kernel.numeric.random import current
from kernel.numeric.server import read, versioned

# Anything indexable like an array: numpy's or cupy's.
Array = Any

# Below this many bytes an array is copied faster than its address is looked up.
_WORTH_A_LOOK = 8192
_EPSILON = 1e-8


class KernelOps(NumpyOps):  # type: ignore[misc]
    """numpy operations for training and inference on CPU. Works in the floating type it is given."""

    name = "kernel"

    def gemm(
        self, x: Array, y: Array, *, out: Array = None, trans1: bool = False, trans2: bool = False
    ) -> Array:
        """Return the product of two matrices, each transposed on request."""
        return np.matmul(x.T if trans1 else x, y.T if trans2 else y, out=out)

    def get_dropout_mask(self, shape: int | tuple[int, ...], drop: float | None) -> Array:
        """Return a float32 mask of zeros (with probability `drop`) and of the factor that keeps the mean.

        Every element is decided by 16 random bits of `kernel.numeric.random.current()`: the rate is `drop` rounded to a
        multiple of 1/65536, and the factor belongs to the rounded rate, so the mean is kept exactly.
        """
        if drop is None or drop <= 0.0:
            return np.ones(shape, dtype="float32")
        if drop >= 1.0:
            return np.zeros(shape, dtype="float32")
        threshold = min(max(round(drop * 65536), 1), 65535)
        size = int(np.prod(shape))
        generator = current()
        bits = generator.bit_generator
        if isinstance(bits, SFC64):
            raw = bits.random_raw((size + 3) // 4).view(np.uint16)[:size]
        else:
            raw = np.frombuffer(generator.bytes(2 * size), dtype=np.uint16)
        keep = (raw >= threshold).view(np.uint8)
        return np.multiply(keep, np.float32(65536 / (65536 - threshold))).reshape(shape)

    def flatten(self, X: Sequence[Array], dtype: Any = None, pad: int = 0, ndim_if_empty: int = 2) -> Array:
        """Concatenate arrays. Where they are neighbouring slices of one array, the result may be a view of it."""
        if not pad and X is not None and len(X):
            whole = _neighbours(X)
            if whole is not None and (dtype is None or whole.dtype == dtype):
                return whole
        return super().flatten(X, dtype=dtype, pad=pad, ndim_if_empty=ndim_if_empty)

    def unflatten(self, X: Array, lengths: Any, pad: int = 0) -> list[Array]:
        """Cut an array into consecutive views of the given lengths."""
        views = []
        start = 0
        for length in lengths.tolist() if hasattr(lengths, "tolist") else lengths:
            end = start + length + (pad if length else 0)
            views.append(X[start + (pad if length else 0) : end])
            start = end
        return views


def _neighbours(arrays: Sequence[Array]) -> Array | None:
    first = arrays[0]
    if len(arrays) == 1:
        return first if isinstance(first, np.ndarray) else None
    base = first.base
    if not isinstance(base, np.ndarray) or base.ndim != first.ndim or base.shape[1:] != first.shape[1:]:
        return None
    if not base.flags.c_contiguous or base.dtype != first.dtype or base.nbytes < len(arrays) * _WORTH_A_LOOK:
        return None
    width = base.shape[1:]
    if any(array.base is not base or array.shape[1:] != width for array in arrays):
        return None
    row_bytes = base.strides[0]
    origin = base.__array_interface__["data"][0]
    if not row_bytes:
        return None
    start = expected = -1
    for array in arrays:
        if not array.size:
            continue
        if array.strides != base.strides:
            return None
        offset = array.__array_interface__["data"][0] - origin
        if offset % row_bytes or (start >= 0 and offset // row_bytes != expected):
            return None
        if start < 0:
            start = offset // row_bytes
        expected = offset // row_bytes + len(array)
    return None if start < 0 else base[start:expected]


def gpu_count(wanted: int = 0) -> int:
    """How many GPUs there are. wanted: the number of one, for the message. `UsageError` if there are none, or cupy is not installed."""
    from thinc.util import has_cupy_gpu

    if not has_cupy_gpu:
        raise UsageError(
            f"GPU {wanted} was asked for, but cupy is not installed or finds no CUDA device.",
            hint="Install kernel-nlp[cuda12x] or kernel-nlp[cuda13x], or use --gpu-id -1 for the CPU.",
        )
    import cupy

    return int(cupy.cuda.runtime.getDeviceCount())


def get_ops(gpu_id: int = -1) -> Ops:
    """Return the operations for a device: -1 is the CPU, anything else the GPU of that number.

    Raises UsageError if cupy or the device is missing.
    """
    if gpu_id < 0:
        return KernelOps()
    from thinc.api import CupyOps

    count = gpu_count(gpu_id)
    if gpu_id >= count:
        raise UsageError(f"GPU {gpu_id} was asked for, but there are only {count}, numbered from 0.")
    import cupy

    cupy.cuda.Device(gpu_id).use()
    return CupyOps("gpu", gpu_id)


def set_ops(model: Any, ops: Ops | None = None) -> Any:
    """Set the operations (by default the CPU's) of every node of a model, and move its parameters. Returns the model.

    The nodes can tell from then on when their parameters change (`kernel.numeric.server`).
    """
    ops = KernelOps() if ops is None else ops
    for node in model.walk():
        moves = node.ops.xp is not ops.xp
        node.ops = ops
        if moves:
            for name in node.param_names:
                if node.has_param(name):
                    node.set_param(name, ops.asarray(read(node, name)))
                if node.has_grad(name):
                    node.set_grad(name, ops.asarray(node.get_grad(name)))
            for shim in node.shims:
                shim.to_device(ops.device_type, ops.device_id)
    return versioned(model)


def maxout(ops: Ops, planes: Array, pieces: int, out: Array = None) -> Array:
    """Return the elementwise maximum of the pieces of `planes` (N, pieces * width) as (N, width).

    The pieces lie side by side: columns 0 to width - 1 are the first. Maxout: Goodfellow et al. 2013.
    """
    return largest(ops, split(planes, pieces), out)


def split(planes: Array, pieces: int) -> list[Array]:
    """The pieces (N, width) of `planes` (N, pieces * width)."""
    width = planes.shape[1] // pieces
    return [planes[:, start : start + width] for start in range(0, pieces * width, width)]


def largest(ops: Ops, pieces: Sequence[Array], out: Array = None) -> Array:
    """Return the elementwise maximum of arrays of one shape, never one of them."""
    if len(pieces) == 1:
        if out is None:
            return pieces[0].copy()
        out[...] = pieces[0]
        return out
    best = ops.xp.maximum(pieces[0], pieces[1], out=out)
    for piece in pieces[2:]:
        ops.xp.maximum(best, piece, out=best)
    return best


def maxout_winners(ops: Ops, planes: Array, best: Array, pieces: int) -> list[Array]:
    """Return one bool mask (N, width) per piece that says where it is the maximum; the first piece wins a tie."""
    width = best.shape[1]
    winners: list[Array] = []
    taken = None
    for piece in range(pieces):
        if piece == pieces - 1:
            wins = ~taken if taken is not None else ops.xp.ones(best.shape, dtype=bool)
        else:
            wins = planes[:, piece * width : (piece + 1) * width] >= best
            if taken is not None:
                wins &= ~taken
            taken = wins if taken is None else taken | wins
        winners.append(wins)
    return winners


def normalize(ops: Ops, X: Array) -> Array:
    """Give every row of X (N, width) mean 0 and variance 1, in place; return the factors 1 / deviation (N,).

    Layer normalisation: Ba, Kiros and Hinton 2016. 1e-8 is added to the variance.
    """
    xp = ops.xp
    X -= _means(xp, X)
    width = X.shape[1]
    scale = _dots(xp, X, X)
    # 1 / sqrt(sum / width + epsilon), with one step less.
    scale += _EPSILON * width
    xp.sqrt(scale, out=scale)
    xp.divide(width**0.5, scale, out=scale)
    X *= scale[:, None]
    return scale


def backprop_normalize(ops: Ops, dY: Array, Y: Array, scale: Array) -> Array:
    """Turn the gradient of the rows Y that `normalize` made into that of its input, in place of dY; returns dY."""
    xp = ops.xp
    along = _dots(xp, dY, Y)
    along *= 1 / Y.shape[1]
    dY -= _means(xp, dY)
    dY -= Y * along[:, None]
    dY *= scale[:, None]
    return dY


def _means(xp: Any, X: Array) -> Array:
    """The mean of every row, (N, 1)."""
    return (X @ _shares(xp, X.shape[1], X.dtype))[:, None]


def _shares(xp: Any, width: int, dtype: Any) -> Array:
    return _cpu_shares(width, dtype) if xp is np else xp.full((width,), 1 / width, dtype=dtype)


@lru_cache(maxsize=64)
def _cpu_shares(width: int, dtype: Any) -> Array:
    return np.full((width,), 1 / width, dtype=dtype)


def _dots(xp: Any, X: Array, Y: Array) -> Array:
    """The product of every row of X with the same row of Y, (N,)."""
    return np.vecdot(X, Y) if xp is np else xp.einsum("ij,ij->i", X, Y)
