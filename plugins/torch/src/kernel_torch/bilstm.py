"""An encoder of documents: LSTMs over the tokens in both directions (Hochreiter and Schmidhuber 1997; Graves and Schmidhuber 2005)."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from thinc.api import Model
from thinc.types import Floats2d, Ragged

from kernel.config.ranges import BelowOne, NonNegativeInt, PositiveInt
from kernel.errors import KernelError, UsageError
from kernel.numeric.random import current
from kernel_torch.needed import torch
from kernel_torch.shim import TorchShim

Array = Any
Indices = NDArray[np.int64]

# How much more rows a group may have with its padding than without. More groups mean more calls with few rows: 0.4 trains 1.2 to 1.5
# times as fast as 0.1 and 0.8, and three times as fast as torch's packed sequences.
WASTE = 0.4


def build_bilstm_encoder(
    width: PositiveInt, depth: NonNegativeInt, dropout: BelowOne
) -> Model[list[Floats2d], list[Floats2d]]:
    """Encode context by LSTMs that read each document forwards and backwards.

    width: width of input and output; half of it is each direction's. Even.
    depth: number of layers, each of which reads the output of the one before. 0 gives the input as it is.
    dropout: share of the numbers between two layers that is left out in training; it does nothing with one layer.

    Raises UsageError without torch, and for an odd width.
    """
    if width % 2:
        raise UsageError(
            f"TorchBiLSTMEncoder: width must be even, as each direction gives half of it, not {width}"
        )
    shims = [TorchShim(_module(width, depth, dropout))] if depth else []
    return Model("torch_bilstm", _forward, init=_init, dims={"nO": width, "nI": width}, shims=shims)


def _module(width: int, depth: int, dropout: float) -> Any:
    library = torch()
    from torch import nn

    class BiLSTM(nn.Module):
        """Rows (tokens, width) of documents one after another, and their layout, to rows (tokens, width)."""

        def __init__(self) -> None:
            super().__init__()
            self.there = nn.ModuleList(nn.LSTM(width, width // 2) for _ in range(depth))
            self.back = nn.ModuleList(nn.LSTM(width, width // 2) for _ in range(depth))
            self.dropout = nn.Dropout(dropout)

        def forward(self, rows: Any, there: "Groups", back: "Groups") -> Any:
            for number, (one, other) in enumerate(zip(self.there, self.back, strict=True)):
                rows = self.dropout(rows) if number else rows
                rows = library.cat([there.through(one, rows), back.through(other, rows)], dim=1)
            return rows

    return BiLSTM()


class Groups:
    """Documents of similar lengths side by side, with padding after their last tokens, which no token's vector depends on.

    places: for each group the rows of its tokens (longest, documents), -1 where there is padding.
    """

    def __init__(self, places: Sequence[Indices], device: Any) -> None:
        library = torch()
        valid = [rows >= 0 for rows in places]
        order = np.concatenate([rows[kept] for rows, kept in zip(places, valid, strict=True)])
        inverse = np.empty_like(order)
        inverse[order] = np.arange(len(order))
        self.groups = [
            (library.from_numpy(rows.clip(0)).to(device), library.from_numpy(kept).to(device))
            for rows, kept in zip(places, valid, strict=True)
        ]
        self.inverse = library.from_numpy(inverse).to(device)

    def through(self, lstm: Any, rows: Any) -> Any:
        """The output of an LSTM for all rows, in their order."""
        return torch().cat([lstm(rows[places])[0][kept] for places, kept in self.groups])[self.inverse]


def layout(lengths: Sequence[int]) -> tuple[list[Indices], list[Indices]]:
    """The rows of documents in groups, from their first token on and from their last: two lists of arrays (longest, documents).

    lengths: tokens of each document; the rows of all are counted one after another. -1 stands for padding.
    """
    sizes = np.asarray(lengths, dtype=np.int64)
    starts = np.cumsum(sizes) - sizes
    there, back = [], []
    for members in _groups(sizes):
        own = sizes[members]
        step = np.arange(own.max())[:, None]
        there.append(np.where(step < own, starts[members] + step, -1))
        back.append(np.where(step < own, starts[members] + own - 1 - step, -1))
    return there, back


def _groups(sizes: Indices) -> list[Indices]:
    """Numbers of the documents that are not empty, in groups with little padding."""
    order = np.argsort(sizes, kind="stable")
    order = order[sizes[order] > 0]
    cuts, number, total = [], 0, 0
    for place, size in enumerate(sizes[order].tolist()):
        if number and (number + 1) * size > (1 + WASTE) * (total + size):
            cuts.append(place)
            number = total = 0
        number, total = number + 1, total + size
    return np.split(order, cuts) if len(order) else []


def _init(model: Model[Any, Any], X: Any = None, Y: Any = None) -> None:
    if X is not None:
        _check_width(model, [X.dataXd] if isinstance(X, Ragged) else X)
    library = torch()
    for shim in model.shims:
        with library.random.fork_rng([]):
            # Outside of a step this is numpy's generator, which the run has seeded for this model.
            library.manual_seed(int(current().integers(2**63)))
            fresh = _module(model.get_dim("nO"), len(shim.module.there), shim.module.dropout.p)
        shim.set_module(fresh)


def _check_width(model: Model[Any, Any], Xs: Sequence[Array]) -> None:
    width = model.get_dim("nI")
    for X in Xs:
        if X.shape[1] != width:
            raise KernelError(
                f"{model.name} has width {width}, but the vectors that it is given have {X.shape[1]}.",
                hint="Set the width of the embedding and the width of the encoder to the same number.",
            )


def _forward(model: Model[Any, Any], X: Any, is_train: bool) -> tuple[Any, Callable[[Any], Any]]:
    """X: a list of arrays (tokens, width), or Ragged rows."""
    ops, is_ragged = model.ops, isinstance(X, Ragged)
    flat = X.dataXd if is_ragged else ops.flatten(X, ndim_if_empty=2)
    if not model.shims or not len(flat):
        return X, lambda d_output: d_output
    _check_width(model, [flat])
    lengths = ops.to_numpy(X.lengths) if is_ragged else [len(each) for each in X]
    output, backprop = _run(model, flat, lengths, is_train)
    if is_ragged:
        return Ragged(output, X.lengths), lambda d_output: Ragged(backprop(d_output.dataXd), X.lengths)
    return ops.unflatten(output, lengths), lambda d_output: ops.unflatten(
        backprop(ops.flatten(d_output)), lengths
    )


def _run(
    model: Model[Any, Any], flat: Floats2d, lengths: Sequence[int], is_train: bool
) -> tuple[Floats2d, Callable[[Floats2d], Floats2d]]:
    shim = model.shims[0]
    rows = shim.to_torch(flat, requires_grad=is_train)
    there, back = (Groups(places, shim.device) for places in layout(lengths))
    output, pull = shim.run(lambda module: module(rows, there, back), train=is_train, inputs=[rows])

    def backprop(d_output: Floats2d) -> Floats2d:
        pull(d_output)
        gradient: Floats2d = shim.to_array(rows.grad, model.ops)
        return gradient

    return shim.to_array(output, model.ops), backprop
