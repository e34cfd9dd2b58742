"""The gradient of word embeddings on the CPU, as a sparse tensor of the rows that were looked up, until a step is made.

torch makes an array as large as the whole table for each micro-batch and adds it to the one before.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from kernel_transformers import needed


def install(module: Any) -> None:
    """Let the table of words of a torch module of `transformers` collect its gradient so."""
    torch = needed.torch()
    table = module.get_input_embeddings()
    if type(table) is torch.nn.Embedding and table.max_norm is None and not table.scale_grad_by_freq:
        table.__class__ = _layer()


@cache
def _layer() -> Any:
    torch = needed.torch()

    class Rows(torch.autograd.Function):  # type: ignore[name-defined]
        @staticmethod
        def forward(ctx: Any, ids: Any, weight: Any, padding: int | None) -> Any:
            # The table itself, not what is saved for a backward pass: its gradient is added to.
            ctx.table, ctx.padding = weight, padding
            ctx.save_for_backward(ids)
            return torch.nn.functional.embedding(ids, weight)

        @staticmethod
        def backward(ctx: Any, gradient: Any) -> tuple[None, None, None]:
            (ids,) = ctx.saved_tensors
            table, numbers = ctx.table, ids.reshape(-1)
            rows = gradient.reshape(-1, gradient.shape[-1]).to(table.dtype)
            if ctx.padding is not None:
                rows = rows.masked_fill((numbers == ctx.padding)[:, None], 0.0)
            found = torch.sparse_coo_tensor(numbers[None], rows, table.shape, check_invariants=False)
            table.grad = found if table.grad is None else table.grad.add_(found)
            return None, None, None

    class WordEmbedding(torch.nn.Embedding):  # type: ignore[name-defined]
        def forward(self, input: Any) -> Any:
            weight = self.weight
            trained = torch.is_grad_enabled() and weight.requires_grad and weight.is_leaf
            if trained and weight.device.type == "cpu":
                return Rows.apply(input, self.weight, self.padding_idx)
            return super().forward(input)

    return WordEmbedding
