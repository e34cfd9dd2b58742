"""Convolutions over a window of tokens with residual connections, for any hidden block of `dense`.

A layer sees, side by side, the vectors of the `window_size` tokens before, the token itself and the tokens after;
beyond the ends of a document lie zeros, in every layer. The block's output is added to its input.

Weights of spaCy were trained with rows of zeros between documents that go through the layers too, so that only the first layer sees
zeros beyond an end. They know a document's ends by what becomes of these rows. With the attribute `padded`, which comes with such
weights and goes when others are drawn, they lie here too: as many as a token can depend on, so that documents see nothing of each other.

Training runs a batch at once and keeps what the backward pass needs. Prediction on CPU sends blocks of rows that fit
the cache through all layers, in scratch arrays that each thread reuses; results are always freshly allocated.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from thinc.api import Model, Ops
from thinc.types import Ragged

from kernel.errors import KernelError, UsageError
from kernel.numeric.ops import KernelOps, largest, normalize, split
from kernel_architectures.tok2vec import dense
from kernel_architectures.tok2vec.embeddings.type_vectors import Types
from kernel_architectures.tok2vec.encoders.some_tokens import encode_at
from kernel_architectures.tok2vec.encoders.type_products import first_product, type_products

Array = Any

# Rows that go through all layers together in prediction.
BLOCK_ROWS = 1500
# Up to so many rows a product for each piece is faster than one for all: 2 times with 13 rows, 1.0 with 256.
FEW_ROWS = 256
# Products with few rows are filled up to a multiple of it: BLAS kernels take four or more at a time, and what is left
# over one by one (AVX2: 65 us for 11 rows, 43 for 12).
ROWS_AT_A_TIME = 4


def window_encoder(
    name: str, width: int, window_size: int, depth: int, make_block: Callable[[int, int], Model[Array, Array]]
) -> Model[list[Array], list[Array]]:
    """Build an encoder of `depth` layers, each a block made by `make_block(width, (2 * window_size + 1) * width)`."""
    for argument, value, least in (("width", width, 1), ("window_size", window_size, 1), ("depth", depth, 0)):
        if value < least:
            raise UsageError(f"{name}: {argument} must be at least {least}, not {value}")
    return Model(
        name,
        _forward,
        init=_init,
        layers=[make_block(width, (2 * window_size + 1) * width) for _ in range(depth)],
        dims={"nO": width, "nI": width},
        attrs={
            "window_size": window_size,
            "receptive_field": window_size * depth,
            "encode_at": _encode_at,
            "encode_types": _encode_types,
            "type_products": type_products(),
        },
    )


def _init(model: Model[list[Array], list[Array]], X: Any = None, Y: Any = None) -> None:
    model.attrs.pop("padded", None)
    if X is not None:
        _check_width(model, [X.data] if isinstance(X, Ragged) else X)
    for layer in model.layers:
        layer.initialize()


def _check_width(model: Model[list[Array], list[Array]], Xs: Sequence[Array]) -> None:
    width = model.get_dim("nI")
    for X in Xs:
        if X.shape[1] != width:
            raise KernelError(
                f"{model.name} has width {width}, but the vectors that it is given have {X.shape[1]}.",
                hint="Set the width of the embedding and the width of the encoder to the same number.",
            )


def _forward(
    model: Model[list[Array], list[Array]], Xs: Sequence[Array] | Ragged, is_train: bool
) -> tuple[list[Array], Callable[[Sequence[Array]], Any]]:
    if isinstance(Xs, Ragged):
        return _forward_ragged(model, Xs, is_train)
    ops = model.ops
    _check_width(model, Xs[:1])
    lengths = [len(X) for X in Xs]
    flat = ops.flatten(Xs) if Xs else ops.alloc2f(0, model.get_dim("nI"))
    if model.attrs.get("padded"):
        output, backprop_rows = _run_padded(model, flat, lengths, is_train)
    else:
        output, backprop_rows = encode_rows(model, flat, lengths, is_train)

    def backprop(dYs: Sequence[Array]) -> list[Array]:
        return list(ops.unflatten(backprop_rows(ops.flatten(dYs) if dYs else output), lengths))

    return ops.unflatten(output, lengths), backprop


def _encode_types(
    model: Model[list[Array], list[Array]], Xs: Sequence[Array], types: Types
) -> list[Array] | None:
    """What the encoder predicts of vectors that depend on the types of their tokens alone; None if that is of no use to it."""
    if model.attrs.get("padded"):
        return None
    _check_width(model, Xs[:1])
    lengths = [len(X) for X in Xs]
    output, _ = encode_rows(model, model.ops.flatten(Xs), lengths, False, types)
    return list(model.ops.unflatten(output, lengths))


def encode_rows(
    model: Model[list[Array], list[Array]],
    flat: Array,
    lengths: list[int],
    is_train: bool,
    types: Types | None = None,
) -> tuple[Array, Callable[[Array], Array]]:
    """The output (N, width) for the rows of documents that lie one after the other; nothing is put between them.

    types: of the tokens, if the rows depend on nothing else.
    """
    if not is_train and isinstance(model.ops, KernelOps):
        return _predict(model, flat, lengths, types), _no_backprop
    return _train(model, flat, lengths, is_train)


def _run_padded(
    model: Model[list[Array], list[Array]], flat: Array, lengths: list[int], is_train: bool
) -> tuple[Array, Callable[[Array], Array]]:
    """The same with rows of zeros before, between and after the documents, which take part in every layer."""
    spread, places = padded(model, flat, lengths)
    output, backprop_rows = encode_rows(model, spread, [len(spread)], is_train)

    def backprop(d_output: Array) -> Array:
        d_spread = model.ops.xp.zeros(spread.shape, dtype=d_output.dtype)
        d_spread[places] = d_output
        return backprop_rows(d_spread)[places]

    return output[places], backprop


def padded(
    model: Model[list[Array], list[Array]], flat: Array, lengths: Sequence[int]
) -> tuple[Array, Array]:
    """The rows of all documents with rows of zeros around each document, and the places of the former among these."""
    ops, width = model.ops, model.attrs["receptive_field"]
    sizes = np.array(lengths, dtype=np.int64)
    filled = np.cumsum(sizes > 0)
    places = np.arange(len(flat)) + np.repeat(width * filled, sizes)
    total = len(flat) + width * (int(filled[-1]) + 1 if len(filled) else 1)
    spread = ops.xp.zeros((total, flat.shape[1]), dtype=flat.dtype)
    places = ops.xp.asarray(places)
    spread[places] = flat
    return spread, places


def _encode_at(
    model: Model[Any, Any], flat: Array, lengths: Sequence[int], rows: NDArray[np.int64], is_train: bool
) -> tuple[Array, Callable[[Array], Array]]:
    """See `some_tokens.encode_at`."""
    if not model.attrs.get("padded"):
        return encode_at(model, flat, lengths, rows, is_train)
    spread, places = padded(model, flat, lengths)
    output, backprop = encode_at(model, spread, [len(spread)], model.ops.to_numpy(places)[rows], is_train)
    return output, lambda d_output: backprop(d_output)[places]


def _forward_ragged(
    model: Model[list[Array], list[Array]], X: Ragged, is_train: bool
) -> tuple[list[Array], Callable[[Sequence[Array]], Ragged]]:
    """The same for vectors as a Ragged, which is what StaticVectors gives. The output is a list all the same."""
    lengths = [int(length) for length in X.lengths]
    Ys, backprop_list = _forward(model, model.ops.unflatten(X.dataXd, lengths), is_train)
    return Ys, lambda dYs: Ragged(model.ops.flatten(backprop_list(dYs)), X.lengths)


def _no_backprop(dYs: Any) -> Any:
    raise RuntimeError("There is no backward pass after a prediction; use begin_update.")


def _train(
    model: Model[list[Array], list[Array]], flat: Array, lengths: list[int], is_train: bool
) -> tuple[Array, Callable[[Array], Array]]:
    ops, window = model.ops, model.attrs["window_size"]
    width = flat.shape[1]
    edges = Edges(ops, lengths, window)
    X = flat.copy()
    backprops = []
    for block in model.layers:
        columns = dense.with_ones(ops, len(X), (2 * window + 1) * width, X.dtype)
        edges.expand(X, columns)
        Y, backprop_block = block(columns, is_train)
        if Y.dtype != X.dtype:
            X = X.astype(Y.dtype)
        X += Y
        backprops.append(backprop_block)

    def backprop(d_output: Array) -> Array:
        dX = d_output.copy()
        for backprop_block in reversed(backprops):
            edges.collapse(backprop_block(dX), dX)
        return dX

    return X, backprop


def _predict(
    model: Model[list[Array], list[Array]], flat: Array, lengths: list[int], types: Types | None
) -> Array:
    layers = [(block, dense.packed(block)) for block in model.layers]
    if not layers:
        return flat.copy()
    ops, window, width = model.ops, model.attrs["window_size"], flat.shape[1]
    dtype = flat.dtype
    if any(weights.flat.dtype != dtype for _, weights in layers):
        dtype = np.result_type(dtype, *(weights.flat.dtype for _, weights in layers))
    output = np.empty(flat.shape, dtype=dtype)
    first = (
        None if types is None else first_product(model.attrs["type_products"], layers[0][0], types, window)
    )
    for span in _blocks(lengths, model.attrs["receptive_field"]):
        rows = span.read_end - span.read_start
        work = _SCRATCH.get(rows, width, window, layers[0][1].pieces, dtype)
        X, hidden = work.X, work.hidden
        X[...] = flat[span.read_start : span.read_end]
        work.after[...] = work.spare[...] = 0
        edges = Edges(ops, span.lengths, window) if len(span.lengths) > 1 else None
        for number, (block, weights) in enumerate(layers):
            if first is not None and number == 0:
                pieces = split(first(span.read_start, span.read_end, edges), weights.pieces)
            else:
                work.inputs[...] = work.windows
                if edges is not None:
                    edges.clear(work.inputs)
                np.matmul(work.columns, weights.planes if work.few else weights.flat, out=work.product)
                pieces = work.pieces
            if block.name == "mish_block":
                hidden[...] = block.ops.mish(pieces[0])
            else:
                largest(ops, pieces, out=hidden)
            normalize(ops, hidden)
            hidden *= weights.G
            X += weights.b
            X += hidden
        output[span.start : span.end] = X[span.start - span.read_start : span.end - span.read_start]
    return output


class _Span:
    """Rows [start, end) of a batch, computed from the rows [read_start, read_end), which hold documents of `lengths`."""

    def __init__(self, start: int, end: int, read_start: int, read_end: int, lengths: list[int]) -> None:
        self.start, self.end = start, end
        self.read_start, self.read_end = read_start, read_end
        self.lengths = lengths


def _blocks(lengths: list[int], receptive_field: int) -> Iterator[_Span]:
    """Cut a batch into blocks of about BLOCK_ROWS rows: whole documents, or pieces of a long one.

    A piece is computed with as many rows around it as can reach it, so that it comes out as in the whole.
    """
    start = row = 0
    gathered: list[int] = []
    for length in lengths:
        if gathered and row + length - start > BLOCK_ROWS:
            yield _Span(start, row, start, row, gathered)
            start, gathered = row, []
        if length > 2 * BLOCK_ROWS:
            for first in range(row, row + length, BLOCK_ROWS):
                last = min(first + BLOCK_ROWS, row + length)
                read_start = max(first - receptive_field, row)
                read_end = min(last + receptive_field, row + length)
                yield _Span(first, last, read_start, read_end, [read_end - read_start])
            start = row + length
        elif length:
            gathered.append(length)
        row += length
    if gathered:
        yield _Span(start, row, start, row, gathered)


class Edges:
    """Where documents begin and end in the rows of a batch, for windows that must not look across.

    lengths: rows per document.
    """

    def __init__(self, ops: Ops, lengths: Sequence[int], window: int) -> None:
        self.window = window
        sizes = np.array([length for length in lengths if length], dtype=np.int64)
        ends = np.cumsum(sizes)
        starts = ends - sizes
        self._outside: dict[int, Array] = {}
        for offset in range(1, window + 1):
            before = [starts[sizes > step] + step for step in range(offset)]
            after = [ends[sizes > step] - step - 1 for step in range(offset)]
            self._outside[-offset] = ops.xp.asarray(np.concatenate(before))
            self._outside[offset] = ops.xp.asarray(np.concatenate(after))

    def expand(self, X: Array, columns: Array) -> None:
        """Write the neighbours of every row of X (N, width), from the left, to columns (N, (2 * window + 1) * width)."""
        width = X.shape[1]
        for offset in range(-self.window, self.window + 1):
            start = (offset + self.window) * width
            target = columns[:, start : start + width]
            if offset == 0:
                target[...] = X
            elif offset < 0:
                target[-offset:] = X[:offset]
            else:
                target[:-offset] = X[offset:]
        self.clear(columns)

    def clear(self, columns: Array) -> None:
        """Zero what lies outside of a row's document in columns (N, (2 * window + 1) * width or more)."""
        width = columns.shape[1] // (2 * self.window + 1)
        for offset, rows in self._outside.items():
            start = (offset + self.window) * width
            columns[rows, start : start + width] = 0

    def clear_contributions(self, parts: Array) -> None:
        """Zero what the rows of parts (N, 2 * window + 1, ...) would add to rows of other documents.

        Row i has in place window + k what it adds to row i - k.
        """
        for offset, rows in self._outside.items():
            # What goes around the end of the batch is added to no row anyway.
            parts[(rows + offset) % len(parts), self.window + offset] = 0

    def collapse(self, d_columns: Array, dX: Array) -> None:
        """Add the gradient of what `expand` wrote to dX. The rows of d_columns that lay outside are zeroed."""
        width = dX.shape[1]
        for offset in range(-self.window, self.window + 1):
            start = (offset + self.window) * width
            source = d_columns[:, start : start + width]
            if offset == 0:
                dX += source
                continue
            source[self._outside[offset]] = 0
            if offset < 0:
                dX[:offset] += source[-offset:]
            else:
                dX[offset:] += source[:-offset]


class _Memory:
    """Arrays for blocks of up to `rows` rows."""

    def __init__(self, rows: int, width: int, window: int, pieces: int, dtype: Any) -> None:
        self.rows, self.width, self.window, self.n_pieces, self.dtype = rows, width, window, pieces, dtype
        self.padded = np.zeros((rows + 2 * window, width), dtype=dtype)
        filled = rows + ROWS_AT_A_TIME
        self.columns = dense.with_ones(_CPU, filled, (2 * window + 1) * width, dtype)
        self.hidden = np.empty((rows, width), dtype=dtype)
        self.product = np.empty((filled * pieces, width), dtype=dtype)
        self.blocks: dict[int, _Block] = {}


class _Block:
    """The parts of a memory that a block of rows is computed in."""

    def __init__(self, memory: _Memory, rows: int) -> None:
        width, window, pieces = memory.width, memory.window, memory.n_pieces
        n_columns = (2 * window + 1) * width
        self.X = memory.padded[window : window + rows]
        """(rows, width), with `window` rows of zeros before and, if `after` is zeroed, after it."""
        self.after = memory.padded[window + rows : rows + 2 * window]
        self.windows = np.ndarray(
            (rows, n_columns), memory.dtype, memory.padded, strides=memory.padded.strides
        )
        """Every row of X with its neighbours, side by side."""
        self.few = rows <= FEW_ROWS
        filled = rows + -rows % ROWS_AT_A_TIME if self.few else rows
        self.columns = memory.columns[:filled]
        """Room for the same with a last column of ones, and for rows that nobody reads (`spare`)."""
        self.inputs = self.columns[:rows, :-1]
        self.spare = self.columns[rows:, :-1]
        self.hidden = memory.hidden[:rows]
        product = memory.product[: filled * pieces]
        self.product: Array = product.reshape(pieces, filled, width)
        """The product with a block's weights, planes or flat, and its part (rows, width) for each piece."""
        self.pieces = [piece[:rows] for piece in self.product]
        if not self.few:
            self.product = product.reshape(rows, pieces * width)
            self.pieces = split(self.product, pieces)


class _Scratch(threading.local):
    """What a thread works in, by form; its content never outlives a layer."""

    def __init__(self) -> None:
        self._kept: dict[tuple[Any, ...], _Memory] = {}

    def get(self, rows: int, *form: Any) -> _Block:
        """form: width, window, number of pieces and type."""
        memory = self._kept.get(form)
        if memory is None or memory.rows < rows:
            if len(self._kept) >= 16:
                self._kept.clear()
            memory = self._kept[form] = _Memory(rows, *form)
        block = memory.blocks.get(rows)
        if block is None:
            if len(memory.blocks) >= 256:
                memory.blocks.clear()
            block = memory.blocks[rows] = _Block(memory, rows)
        return block


_CPU = KernelOps()
_SCRATCH = _Scratch()
