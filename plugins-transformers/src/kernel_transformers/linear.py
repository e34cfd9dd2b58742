"""Linear layers on the CPU, by whichever library multiplies matrices best there.

torch multiplies float32 matrices with MKL, which is slower than others on some processors. Here the forward pass is oneDNN's, that
torch brings with it, and the two products of the backward pass are numpy's. For prediction the weights of a batch of some size
are put in order once for all its micro-batches, and GELU is computed while its inputs are still in the cache.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

import numpy as np

from kernel_transformers import needed

# A batch of fewer rows isn't worth the time to put weights in order.
ROWS = 512
_PACKED: ContextVar[dict[int, Any] | None] = ContextVar("kernel_linear", default=None)


@contextmanager
def packed(rows: int, weights: dict[int, Any]) -> Iterator[None]:
    """Put weights in order if it is worth it for so many rows, and keep them in `weights`, as long as they don't change."""
    token = _PACKED.set(weights if rows >= ROWS else None)
    try:
        yield
    finally:
        _PACKED.reset(token)


def install(module: Any) -> None:
    """Let the linear layers of a torch module multiply so, where torch has oneDNN."""
    torch = needed.torch()
    if not (torch.backends.mkldnn.is_available() and hasattr(torch.ops.mkldnn, "_linear_pointwise")):
        return
    for layer in module.modules():
        if type(layer) is torch.nn.Linear:
            layer.__class__ = _layers()[0]
    for block in module.modules():
        # The wide layer of a block of BERT's kind: a linear layer, then a function.
        dense, function = getattr(block, "dense", None), getattr(block, "intermediate_act_fn", None)
        known = type(dense) is _layers()[0] and set(dict(block.named_children())) <= {
            "dense",
            "intermediate_act_fn",
        }
        if known and _is_gelu(function):
            block.forward = _Wide(dense)


class _Wide:
    """The forward pass of a linear layer with GELU after it."""

    def __init__(self, dense: Any) -> None:
        self.dense = dense

    def __call__(self, hidden_states: Any) -> Any:
        torch = needed.torch()
        if _fits(self.dense, hidden_states) and not torch.is_grad_enabled():
            return _product(hidden_states, self.dense, "gelu")
        return torch.nn.functional.gelu(self.dense(hidden_states))


def _is_gelu(function: Any) -> bool:
    torch = needed.torch()
    if not callable(function):
        return False
    numbers = torch.linspace(-4, 4, 33)
    return bool(torch.equal(function(numbers), torch.nn.functional.gelu(numbers)))


def _fits(layer: Any, values: Any) -> bool:
    torch = needed.torch()
    return (
        values.device.type == "cpu"
        and values.dtype is torch.float32
        and layer.weight.dtype is torch.float32
        and not torch.is_autocast_enabled("cpu")
        and values.numel() > 0
    )


def _product(values: Any, layer: Any, after: str) -> Any:
    """values: (..., nI). Returns (..., nO)."""
    operators = needed.torch().ops.mkldnn
    weight, kept = layer.weight, _PACKED.get()
    if kept is not None:
        key = id(layer)
        if key not in kept:
            kept[key] = operators._reorder_linear_weight(weight.detach(), ROWS)
        weight = kept[key]
    return operators._linear_pointwise(
        values, weight, layer.bias, after, [], "none" if after == "gelu" else ""
    )


@cache
def _layers() -> tuple[Any, Any]:
    torch = needed.torch()

    class Product(torch.autograd.Function):  # type: ignore[name-defined]
        @staticmethod
        def forward(ctx: Any, values: Any, weight: Any, bias: Any) -> Any:
            ctx.save_for_backward(values, weight)
            ctx.has_bias = bias is not None
            return torch.ops.mkldnn._linear_pointwise(values, weight, bias, "none", [], "")

        @staticmethod
        def backward(ctx: Any, gradient: Any) -> tuple[Any, Any, Any]:
            values, weight = ctx.saved_tensors
            rows = gradient.reshape(-1, gradient.shape[-1])
            d_values = d_weight = d_bias = None
            if ctx.needs_input_grad[0]:
                d_values = torch.empty_like(values)
                np.matmul(
                    rows.numpy(), weight.detach().numpy(), out=d_values.view(-1, values.shape[-1]).numpy()
                )
            if ctx.needs_input_grad[1]:
                d_weight = torch.empty_like(weight)
                inputs = values.detach().reshape(-1, values.shape[-1])
                np.matmul(rows.numpy().T, inputs.numpy(), out=d_weight.numpy())
            if ctx.has_bias and ctx.needs_input_grad[2]:
                d_bias = rows.sum(0)
            return d_values, d_weight, d_bias

    class Linear(torch.nn.Linear):  # type: ignore[name-defined]
        def forward(self, input: Any) -> Any:
            if not _fits(self, input):
                return super().forward(input)
            if torch.is_grad_enabled():
                return Product.apply(input.contiguous(), self.weight, self.bias)
            return _product(input, self, "none")

    return Linear, Product
