"""Linear layers on the CPU, by whichever library multiplies matrices best there.

torch multiplies float32 matrices with MKL, which is slower than others on some processors. Here the forward pass is oneDNN's, that
torch brings with it, and the two products of the backward pass are numpy's. oneDNN wants weights in an order of its own: they are
put into it once and kept until they change, which is a tenth of the time of long texts and a quarter of that of short ones. In
prediction GELU is computed while its inputs are still in the cache.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from kernel_transformers import needed

# Rows that the order of weights is chosen for; for fewer or more it is good as well.
ROWS = 512


class Ordered:
    """The weights of a layer in oneDNN's order, as long as they are the same.

    Whether they have changed is told by torch's count of changes, and by their place in memory. What is written past that count (through
    an array that shares their memory, through `.data`, by a fused optimizer of torch's own) must be counted by
    `torch.autograd.graph.increment_version`, as the shim's steps do.
    """

    def __init__(self) -> None:
        # One object, so that threads never see one half of it: the weights, their count, and the same in order.
        self._kept: tuple[Any, int, Any] | None = None

    def forget(self) -> None:
        """Hold nothing any more."""
        self._kept = None

    def of(self, weight: Any) -> Any:
        """weight: (nO, nI). The same in order; as they are if torch doesn't count their changes."""
        kept = self._kept
        if kept is not None and kept[1] == weight._version and kept[0].data_ptr() == weight.data_ptr():
            return kept[2]
        if weight.is_inference():
            return weight
        # The old ones are let go first: memory that is used again takes half of the time, and there is never a third of it.
        kept = self._kept = None
        count = weight._version
        plain = weight.detach()
        # The plain ones are held too, or others might come to lie in their place.
        self._kept = (
            plain,
            count,
            needed.torch().ops.mkldnn._reorder_linear_weight(plain, ROWS),
        )
        return self._kept[2]

    def __deepcopy__(self, memo: dict[int, Any]) -> Ordered:
        return Ordered()

    def __reduce__(self) -> tuple[type[Ordered], tuple[()]]:
        return Ordered, ()


def install(module: Any) -> None:
    """Let the linear layers of a torch module multiply so, where torch has oneDNN."""
    torch = needed.torch()
    if not (torch.backends.mkldnn.is_available() and hasattr(torch.ops.mkldnn, "_linear_pointwise")):
        return
    for layer in module.modules():
        if type(layer) is torch.nn.Linear:
            layer.__class__ = _layer()
            layer.ordered = Ordered()
    for block in module.modules():
        # The wide layer of a block of BERT's kind: a linear layer, then a function.
        dense, function = getattr(block, "dense", None), getattr(block, "intermediate_act_fn", None)
        known = type(dense) is _layer() and set(dict(block.named_children())) <= {
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
        dense = self.dense
        weight = dense.weight
        if torch.is_grad_enabled() or not _fits(weight, hidden_states):
            return torch.nn.functional.gelu(dense(hidden_states))
        return _operator()(hidden_states, dense.ordered.of(weight), dense.bias, "gelu", [], "none")


def _is_gelu(function: Any) -> bool:
    torch = needed.torch()
    if not callable(function):
        return False
    numbers = torch.linspace(-4, 4, 33)
    return bool(torch.equal(function(numbers), torch.nn.functional.gelu(numbers)))


def _fits(weight: Any, values: Any) -> bool:
    torch = needed.torch()
    return (
        values.dtype is torch.float32
        and values.is_cpu
        and weight.dtype is torch.float32
        and not torch.is_autocast_enabled("cpu")
        and values.numel() > 0
    )


@cache
def _operator() -> Any:
    return needed.torch().ops.mkldnn._linear_pointwise.default


@cache
def _layer() -> Any:
    torch = needed.torch()
    operator = _operator()

    class Product(torch.autograd.Function):  # type: ignore[name-defined]
        @staticmethod
        def forward(ctx: Any, values: Any, weight: Any, bias: Any, ordered: Any) -> Any:
            ctx.save_for_backward(values, weight)
            ctx.has_bias = bias is not None
            return operator(values, ordered, bias, "none", [], "")

        @staticmethod
        def backward(ctx: Any, gradient: Any) -> tuple[Any, Any, Any, None]:
            values, weight = ctx.saved_tensors
            rows = gradient.reshape(-1, gradient.shape[-1]).numpy()
            d_values = d_weight = d_bias = None
            if ctx.has_bias and ctx.needs_input_grad[2]:
                # While the rows are in the cache; a product is faster than torch's sum.
                d_bias = torch.from_numpy(np.ones(len(rows), dtype=rows.dtype) @ rows)
            if ctx.needs_input_grad[0]:
                d_values = torch.empty_like(values)
                np.matmul(rows, weight.detach().numpy(), out=d_values.view(-1, values.shape[-1]).numpy())
            if ctx.needs_input_grad[1]:
                d_weight = torch.empty_like(weight)
                inputs = values.detach().reshape(-1, values.shape[-1])
                np.matmul(rows.T, inputs.numpy(), out=d_weight.numpy())
            return d_values, d_weight, d_bias, None

    class Linear(torch.nn.Linear):  # type: ignore[name-defined]
        def forward(self, input: Any) -> Any:
            weight = self.weight
            if not _fits(weight, input):
                # On another device, or in another precision, nothing of it is needed.
                self.ordered.forget()
                return super().forward(input)
            ordered = self.ordered.of(weight)
            if torch.is_grad_enabled():
                return Product.apply(input.contiguous(), weight, self.bias, ordered)
            return operator(input, ordered, self.bias, "none", [], "")

    return Linear
