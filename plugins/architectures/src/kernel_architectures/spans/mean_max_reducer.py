"""One vector for each span."""

from collections.abc import Callable
from functools import partial
from typing import Any

from thinc.api import Model, Ragged

from kernel.config.ranges import PositiveInt
from kernel.numeric.ops import backprop_normalize, maxout, maxout_winners, normalize
from kernel.numeric.server import gradient
from kernel_architectures.spans.span_vectors import as_span_vectors, gradient_of
from kernel_architectures.spans.windows import Windows, WindowsGradient
from kernel_architectures.tok2vec.dense import Packed, dropout_mask, maxout_block, packed

PIECES = 3
# A block of so many spans and its products fit into the cache.
BLOCK = 512
# What a span's vector is made of, in the order of the weights; for spans of one or two tokens, of what their reductions are
# made of: a row for each feature, what it contributes to last, first, mean and maximum. The product then has fewer columns.
_ONE = [[1.0, 1.0, 1.0, 1.0]]
_TWO = [[0.0, 1.0, 0.5, 0.0], [1.0, 0.0, 0.5, 0.0], [0.0, 0.0, 0.0, 1.0]]
_REDUCTIONS = 4


def build_mean_max_reducer(hidden_size: PositiveInt) -> Model[Ragged, Any]:
    """Reduce each sequence of token vectors: its last, first, mean and largest values, then a maxout layer of `hidden_size`
    with layer norm and dropout. Sequences of any number of tokens but 0, with S of them: -> (S, hidden_size).
    """
    block = maxout_block(hidden_size, None, PIECES)
    return Model(
        "mean_max_reducer",
        _forward,
        init=_init,
        layers=[block],
        dims={"nO": hidden_size, "nI": None},
        attrs={"mixed": _Mixed()},
    )


def _init(model: Model[Any, Any], X: Ragged | None = None, Y: Any = None) -> None:
    if model.has_dim("nI") is None:
        if X is None:
            return
        model.set_dim("nI", X.data_shape[1])
    for layer in (model.layers[0], model.layers[0].layers[0]):
        layer.set_dim("nI", _REDUCTIONS * model.get_dim("nI"))
    model.layers[0].initialize()


class _Mixed:
    """The weights for spans of one, two and more tokens, kept while the weights that they are made of don't change."""

    def __init__(self) -> None:
        self._kept: tuple[Packed | None, dict[int, Any]] = (None, {})

    def __reduce__(self) -> tuple[Any, ...]:
        return _Mixed, ()

    def get(self, xp: Any, weights: Packed, length: int) -> Any:
        """(features * width + 1, pieces * hidden size): the input has ones last."""
        if length > 2:
            return weights.flat
        kept, mixed = self._kept
        if kept is not weights:
            mixed = {}
            self._kept = weights, mixed
        if length not in mixed:
            parts = weights.flat[:-1].reshape(_REDUCTIONS, -1, weights.flat.shape[1])
            made = xp.tensordot(mixture(xp, length, parts.dtype), parts, axes=1)
            mixed[length] = xp.concatenate([made.reshape(-1, parts.shape[-1]), weights.flat[-1:]])
        return mixed[length]


def mixture(xp: Any, length: int, dtype: Any) -> Any:
    """What each feature of spans of one or two tokens contributes to each reduction."""
    return xp.asarray(_ONE if length == 1 else _TWO, dtype=dtype)


def _features(xp: Any, windows: Windows, starts: Any, length: int) -> Any:
    """What the product takes of spans of one length: (spans, features * width + 1), ones last."""
    X = windows.X
    width = X.shape[1]
    n_features = {1: 1, 2: 3}.get(length, _REDUCTIONS)
    features = xp.empty((len(starts), n_features * width + 1), dtype=X.dtype)
    features[:, -1] = 1
    columns = [features[:, place * width : (place + 1) * width] for place in range(n_features)]
    if length <= 2:
        for offset in range(length):
            columns[offset][...] = X[starts + offset]
    else:
        columns[0][...] = X[starts + (length - 1)]
        columns[1][...] = X[starts]
        windows.sums(starts, length, columns[2])
        columns[2] *= 1 / length
    if length > 1:
        windows.maxima(starts, length, columns[-1])
    return features


def _route(d_windows: WindowsGradient, starts: Any, length: int, d_features: Any) -> None:
    """Give the gradient of features to the tokens and windows that they came from."""
    width = d_windows.rows.shape[1]
    parts = [d_features[:, place : place + width] for place in range(0, d_features.shape[1], width)]
    if length <= 2:
        for offset in range(length):
            d_windows.add_rows(starts + offset, parts[offset])
    else:
        d_windows.add_rows(starts + (length - 1), parts[0])
        d_windows.add_rows(starts, parts[1])
        parts[2] *= 1 / length
        d_windows.add_sums(starts, length, parts[2])
    if length > 1:
        d_windows.add_maxima(starts, length, parts[-1])


def _forward(model: Model[Any, Any], source: Ragged, is_train: bool) -> tuple[Any, Callable[[Any], Any]]:
    block: Model[Any, Any] = model.layers[0]
    ops, xp = model.ops, model.ops.xp
    spans = as_span_vectors(ops, source)
    weights, windows = packed(block), spans.windows
    Y = xp.empty((len(spans.counts), weights.width), dtype=xp.result_type(spans.vectors, weights.flat))
    planes = xp.empty((min(len(Y), BLOCK), weights.flat.shape[1]), dtype=Y.dtype)
    callbacks: list[Callable[[Any, WindowsGradient, dict[int, Any], Any], None]] = []
    for length, members in spans.groups():
        W = model.attrs["mixed"].get(xp, weights, length)
        for start in range(0, len(members), BLOCK):
            rows = members[start : start + BLOCK]
            starts = ops.asarray(spans.starts[rows])
            where = ops.asarray(rows)
            scores = xp.matmul(_features(xp, windows, starts, length), W, out=planes[: len(rows)])
            hidden = maxout(ops, scores, PIECES)
            winners = maxout_winners(ops, scores, hidden, PIECES) if is_train else []
            scale = normalize(ops, hidden)
            made = hidden * weights.G
            made += weights.b
            mask = dropout_mask(block, made.shape, is_train)
            if mask is not None:
                made *= mask
            Y[where] = made
            if is_train:
                keep = _Block(where, starts, length, hidden, scale, winners, mask)
                callbacks.append(partial(_backprop_block, block, weights, windows, W, keep))

    def backprop(dY: Any) -> Any:
        d_windows = windows.gradient()
        totals: dict[int, Any] = {}
        scratch = xp.empty_like(planes)
        for callback in callbacks:
            callback(dY, d_windows, totals, scratch)
        _add_to_weights(block, totals)
        return gradient_of(source, d_windows.finish())

    return Y, backprop


class _Block:
    """What the backward pass needs of a block of spans. Features are gathered anew: that is cheaper than keeping them."""

    __slots__ = ("hidden", "length", "mask", "rows", "scale", "starts", "winners")

    def __init__(
        self, rows: Any, starts: Any, length: int, hidden: Any, scale: Any, winners: list[Any], mask: Any
    ) -> None:
        self.rows, self.starts, self.length = rows, starts, length
        self.hidden, self.scale, self.winners, self.mask = hidden, scale, winners, mask


def _backprop_block(
    block: Model[Any, Any],
    weights: Packed,
    windows: Windows,
    W: Any,
    kept: _Block,
    dY: Any,
    d_windows: WindowsGradient,
    totals: dict[int, Any],
    scratch: Any,
) -> None:
    ops, xp = block.ops, block.ops.xp
    d_hidden = dY[kept.rows]
    if kept.mask is not None:
        d_hidden *= kept.mask
    layernorm = block.layers[1]
    total = gradient(layernorm, "b")
    total += d_hidden.sum(axis=0)
    total = gradient(layernorm, "G")
    total += xp.einsum("ij,ij->j", d_hidden, kept.hidden)
    d_hidden *= weights.G
    d_hidden = backprop_normalize(ops, d_hidden, kept.hidden, kept.scale)
    planes = scratch[: len(d_hidden)]
    width = weights.width
    for piece, wins in enumerate(kept.winners):
        xp.multiply(d_hidden, wins, out=planes[:, piece * width : (piece + 1) * width])
    dW = _features(xp, windows, kept.starts, kept.length).T @ planes
    kind = min(kept.length, 3)
    if kind in totals:
        totals[kind] += dW
    else:
        totals[kind] = dW
    _route(d_windows, kept.starts, kept.length, planes @ W[:-1].T)


def _add_to_weights(block: Model[Any, Any], totals: dict[int, Any]) -> None:
    """Add the gradients of the weights for spans of one, two and more tokens to that of the weights."""
    affine = block.layers[0]
    xp = block.ops.xp
    dW, db = gradient(affine, "W"), gradient(affine, "b")
    for length, total in totals.items():
        parts = total[:-1]
        if length <= 2:
            mixed = mixture(xp, length, total.dtype)
            parts = xp.tensordot(mixed.T, parts.reshape(len(mixed), -1, parts.shape[1]), axes=1)
        dW += parts.reshape(-1, total.shape[1]).T.reshape(dW.shape)
        db += total[-1].reshape(db.shape)
