"""A batch of windows through a network: micro-batches, their graphs, and what happens when memory runs out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernel.errors import UsageError, note
from kernel_transformers import needed
from kernel_transformers.microbatches import MicroBatch, plan
from kernel_transformers.pieces.batch import WordpieceBatch
from kernel_transformers.reading import Outputs, Reading, columns, read

# Pieces of a micro-batch, where the user doesn't say: on the CPU what stays in its cache, on a GPU what keeps it busy.
ON_CPU, ON_GPU = 1024, 16384
# Fewer than these a GPU reads in the time that it takes to start its kernels: to pad them costs nothing.
LEAST_ON_GPU = 4096
# What torch's other errors say when memory has run out.
_SIGNS = ("out of memory", "can't allocate memory", "not enough memory", "STATUS_ALLOC_FAILED")


@dataclass
class Memory:
    """What has been learnt of the memory of the device.

    limit: pieces of a micro-batch. keeps: pieces of a batch of which the graph has not fitted; larger ones are computed again in
    the backward pass. least: pieces of a micro-batch that take as long as fewer would.
    """

    limit: int
    keeps: int | None = None
    least: int = 0


@dataclass
class Settings:
    """train: with a backward pass. packed: whether the network may read without padding here."""

    reading: Reading
    packed: bool
    train: bool


@dataclass
class Read:
    """What a network gave for a batch, in the order of the batch: as `Outputs`, tensors on the device."""

    outputs: Outputs
    backprop: Callable[[Any], None] = field(repr=False)


def run(shim: Any, settings: Settings, pieces: WordpieceBatch, memory: Memory) -> Read:
    """Read all windows of a batch, in micro-batches.

    When the device's memory runs out, everything of this call is forgotten, and done again with less: first without graphs, which
    are computed again in the backward pass, then in smaller micro-batches. `UsageError` if a single window doesn't fit.
    """
    total = int(pieces.lengths.sum())
    keep = settings.train and (memory.keeps is None or total < memory.keeps)
    while True:
        micros = plan(pieces.lengths, memory.limit, packed=settings.packed, least=memory.least)
        try:
            return _run(shim, settings, pieces, micros, memory, keep)
        except _shortages() as error:
            if not _is_shortage(error):
                raise
            if not keep or not settings.train:
                _halve(memory, micros, error)
            else:
                memory.keeps, keep = total, False
                note(
                    f"The device's memory doesn't hold a training step of {total} word pieces: the transformer computes them again "
                    "in the backward pass."
                )
        _release(shim)


def _run(
    shim: Any,
    settings: Settings,
    pieces: WordpieceBatch,
    micros: list[MicroBatch],
    memory: Memory,
    keep: bool,
) -> Read:
    reads = _reads(shim, settings, pieces, micros)
    done, backprops = [], []
    for _micro, function in zip(micros, reads, strict=True):
        found: list[Outputs] = []

        def rows(
            network: Any, function: Callable[[Any], Outputs] = function, found: list[Outputs] = found
        ) -> Any:
            outputs = function(network)
            found[:] = [outputs]
            return outputs.rows

        output, backprop = shim.run(rows, train=settings.train, keep_graph=keep)
        found[0].rows = output.detach()
        done.append(found[0])
        backprops.append(backprop)

    order = np.concatenate([micro.rows for micro in micros])

    def backward(gradient: Any) -> None:
        """gradient: (n, width), a tensor in the order of the batch."""
        sorted_rows = gradient[shim.to_torch(order)]
        parts = sorted_rows.split([len(micro.rows) for micro in micros])
        apart = _set_apart(shim.module)
        try:
            shortage = _backward(backprops, parts)
            if shortage is not None:
                for each in done:
                    each.rows = None
                shim.module.zero_grad(set_to_none=True)
                _again(shim, settings, pieces, micros, memory, gradient, shortage)
        finally:
            _put_back(apart)

    return Read(_joined(done, micros, order, shim), backward if settings.train else _nothing)


def _backward(backprops: list[Callable[[Any], None]], gradients: Sequence[Any]) -> BaseException | None:
    """The backward passes of micro-batches, which are forgotten; the error if memory runs out, without the frames that hold any."""
    try:
        # The last one first: what it needs is still in the cache.
        while backprops:
            backprops.pop()(gradients[len(backprops)])
    except _shortages() as error:
        if not _is_shortage(error):
            raise
        backprops.clear()
        return error.with_traceback(None)
    return None


def _again(
    shim: Any,
    settings: Settings,
    pieces: WordpieceBatch,
    micros: list[MicroBatch],
    memory: Memory,
    gradient: Any,
    error: BaseException,
) -> None:
    """The backward pass once more from its beginning, forward and backward pass of one smaller micro-batch after the other."""
    while True:
        _halve(memory, micros, error)
        _release(shim)
        micros = plan(pieces.lengths, memory.limit, packed=settings.packed, least=memory.least)
        try:
            for micro, function in zip(micros, _reads(shim, settings, pieces, micros), strict=True):
                _, backprop = shim.run(lambda network, function=function: function(network).rows, train=True)
                backprop(gradient[shim.to_torch(micro.rows)])
            return
        except _shortages() as shortage:
            if not _is_shortage(shortage):
                raise
            error = shortage.with_traceback(None)
            shim.module.zero_grad(set_to_none=True)


def _reads(
    shim: Any, settings: Settings, pieces: WordpieceBatch, micros: list[MicroBatch]
) -> list[Callable[[Any], Outputs]]:
    """A function of the network for every micro-batch. What they read goes to the device in one transfer."""
    reading, packed = settings.reading, settings.packed
    arrays = [columns(reading, micro, pieces.ids, pieces.type_ids, packed=packed) for micro in micros]
    flat = np.concatenate([each.reshape(-1) for part in arrays for each in part])
    pieces_of = shim.to_torch(flat).split([each.size for part in arrays for each in part])
    tensors, place = [], 0
    for part in arrays:
        tensors.append([found.view(each.shape) for found, each in zip(pieces_of[place:], part, strict=False)])
        place += len(part)

    def reader(micro: MicroBatch, given: list[Any]) -> Callable[[Any], Outputs]:
        return lambda network: read(network, reading, micro, given, packed=packed)

    return [reader(micro, given) for micro, given in zip(micros, tensors, strict=True)]


def _joined(done: list[Outputs], micros: list[MicroBatch], order: NDArray[np.int64], shim: Any) -> Outputs:
    """The outputs of all micro-batches in the order of the batch."""
    torch = needed.torch()
    rows = shim.to_torch(np.argsort(order))
    windows = np.argsort(np.concatenate([micro.windows for micro in micros]))

    def joined(parts: list[Any], places: Any) -> Any:
        return (torch.cat(parts) if len(parts) > 1 else parts[0])[places]

    first = done[0]
    layers = range(len(first.hidden_states))
    pooler = None
    if first.pooler is not None:
        pooler = joined([each.pooler for each in done], shim.to_torch(windows))
    squares = [
        [square for each in done for square in each.attentions[layer]]
        for layer in range(len(first.attentions))
    ]
    return Outputs(
        joined([each.rows for each in done], rows),
        pooler,
        [joined([each.hidden_states[layer] for each in done], rows) for layer in layers],
        [[layer[place] for place in windows.tolist()] for layer in squares],
    )


def _halve(memory: Memory, micros: list[MicroBatch], error: BaseException) -> None:
    largest = max(micros, key=lambda micro: micro.padded)
    if all(len(micro.windows) == 1 for micro in micros):
        raise UsageError(
            f"A single window of {largest.longest} word pieces doesn't fit into the device's memory",
            hint="Let the span getter make shorter spans, or set gradient_checkpointing or a half precision in the model's block.",
        ) from error
    memory.limit = max(1, min(memory.limit, largest.padded) // 2)
    note(
        f"The device's memory ran out: the transformer reads {memory.limit} word pieces at once from now on; "
        "gradients stay the same."
    )


def _set_apart(network: Any) -> list[tuple[Any, Any]]:
    """Take away the gradients that are there already, so that those of one call can be forgotten; almost never are there any."""
    apart = [(weight, weight.grad) for weight in network.parameters() if weight.grad is not None]
    for weight, _ in apart:
        weight.grad = None
    return apart


def _put_back(apart: list[tuple[Any, Any]]) -> None:
    for weight, gradient in apart:
        weight.grad = gradient if weight.grad is None else weight.grad.add_(gradient)


def _shortages() -> tuple[type[BaseException], ...]:
    torch = needed.torch()
    return (torch.OutOfMemoryError, RuntimeError, MemoryError)


def _is_shortage(error: BaseException) -> bool:
    """Whether an error says that there is no memory left."""
    torch = needed.torch()
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    text = str(error)
    return any(sign in text for sign in _SIGNS)


def _release(shim: Any) -> None:
    if shim.device.type == "cuda":
        needed.torch().cuda.empty_cache()


def _nothing(gradient: Any) -> None:
    raise UsageError("there is no backward pass of a prediction")
