"""Attention of several windows that lie one after another in one row, without padding.

`transformers` calls the attention function that a network's config names. Ours, `NAME`, reads windows apart if it is told how they
lie (`windows`), and is torch's own otherwise. On the CPU the backward pass and dropout are written out below: torch's fused function
takes no dropout there, and its general one draws random numbers one at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

from kernel_transformers import needed
from kernel_transformers.dropout import drop_factor, kept, multiplied

NAME = "kernel_windows"
# (first row, windows, pieces of each) of windows of one length.
Groups = Sequence[tuple[int, int, int]]
_GROUPS: ContextVar[Groups | None] = ContextVar("kernel_windows", default=None)


@contextmanager
def windows(groups: Groups) -> Iterator[None]:
    """Within it, the rows of an input (1, rows) are those of windows that don't see each other."""
    token = _GROUPS.set(groups)
    try:
        yield
    finally:
        _GROUPS.reset(token)


@cache
def register() -> bool:
    """Make the function known to `transformers`; whether its version can be told."""
    needed.transformers()
    try:
        from transformers.masking_utils import ALL_MASK_ATTENTION_FUNCTIONS
        from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS
    except ImportError:
        return False
    ALL_ATTENTION_FUNCTIONS.register(NAME, _attend)
    ALL_MASK_ATTENTION_FUNCTIONS.register(NAME, ALL_MASK_ATTENTION_FUNCTIONS["sdpa"])
    return True


def may_run(kind: Any) -> bool:
    """Whether networks of a class call the attention function that their config names."""
    return bool(
        getattr(kind, "_supports_attention_backend", False) and getattr(kind, "_supports_sdpa", False)
    )


def is_run_by(network: Any) -> bool:
    """Whether a network calls ours."""
    return getattr(network.config, "_attn_implementation", None) == NAME


def _attend(
    module: Any,
    query: Any,
    key: Any,
    value: Any,
    attention_mask: Any,
    dropout: float = 0.0,
    scaling: float | None = None,
    **settings: Any,
) -> tuple[Any, None]:
    """Attention as `transformers` calls it. query, key, value: (batch, heads, rows, width). Returns (batch, rows, heads, width)."""
    groups = _GROUPS.get()
    if groups is None:
        from transformers.integrations.sdpa_attention import sdpa_attention_forward

        found: tuple[Any, None] = sdpa_attention_forward(
            module, query, key, value, attention_mask, dropout=dropout, scaling=scaling, **settings
        )
        return found
    if attention_mask is not None or _is_more(module, settings):
        raise ValueError("attention with a mask, a direction or a bias doesn't read windows apart")
    torch = needed.torch()
    scale = query.shape[-1] ** -0.5 if scaling is None else scaling
    if torch.is_grad_enabled() and query.requires_grad:
        return _attention().apply(query[0], key[0], value[0], groups, scale, dropout)[None], None
    return _fused(query[0], key[0], value[0], groups, scale)[None], None


def _is_more(module: Any, settings: Mapping[str, Any]) -> bool:
    """Whether a network's attention is more than the products of all pieces with all others. Biases may be zeros at first."""
    given = (settings.get(name) for name in ("position_bias", "sliding_window", "softcap", "s_aux"))
    causal = settings.get("is_causal")
    return any(each is not None for each in given) or bool(
        getattr(module, "is_causal", False) if causal is None else causal
    )


def _fused(query: Any, key: Any, value: Any, groups: Groups, scale: float) -> Any:
    """(rows, heads, width) without a backward pass."""
    torch = needed.torch()
    attend = torch.nn.functional.scaled_dot_product_attention
    heads, rows, width = query.shape
    if len(groups) == 1 and groups[0][1] == 1:
        # A single text is read sooner without copies. Without the axis of windows torch would not take its fused function.
        return attend(query[None], key[None], value[None], scale=scale)[0].transpose(0, 1)
    output = query.new_empty((rows, heads, width))
    for start, count, length in groups:
        end = start + count * length
        parts = (
            each[:, start:end].view(heads, count, length, width).transpose(0, 1)
            for each in (query, key, value)
        )
        found = attend(*parts, scale=scale)
        output[start:end].view(count, length, heads, width).copy_(found.transpose(1, 2))
    return output


@cache
def _attention() -> Any:
    torch = needed.torch()
    empty = torch.zeros(1, 1, 1)

    def product(left: Any, right: Any, factor: float) -> Any:
        return torch.baddbmm(empty.to(left.dtype), left, right, beta=0, alpha=factor)

    class Attention(torch.autograd.Function):  # type: ignore[name-defined]
        """query, key, value: (heads, rows, width). The output: (rows, heads, width)."""

        @staticmethod
        def forward(
            ctx: Any, query: Any, key: Any, value: Any, groups: Groups, scale: float, rate: float
        ) -> Any:
            heads, rows, width = query.shape
            output = query.new_empty((rows, heads, width))
            weights, dropped = [], []
            factor = drop_factor(rate)
            for group in groups:
                q, k, v = (_part(each, group) for each in (query, key, value))
                weight = torch.softmax(product(q, k.transpose(1, 2), scale), -1).to(query.dtype)
                remaining = multiplied(weight, kept(weight, rate))
                _put(output, product(remaining, v, factor), group)
                weights.append(weight)
                dropped.append(remaining)
            ctx.save_for_backward(query, key, value)
            ctx.weights, ctx.dropped, ctx.settings = weights, dropped, (groups, scale, factor)
            return output

        @staticmethod
        def backward(ctx: Any, gradient: Any) -> tuple[Any, ...]:
            query, key, value = ctx.saved_tensors
            groups, scale, factor = ctx.settings
            heads, rows, width = query.shape
            d_query, d_key, d_value = (each.new_empty((rows, heads, width)) for each in (query, key, value))
            gradient = gradient.transpose(0, 1)
            for group, weight, remaining in zip(groups, ctx.weights, ctx.dropped, strict=True):
                q, k, v, d_output = (_part(each, group) for each in (query, key, value, gradient))
                _put(d_value, product(remaining.transpose(1, 2), d_output, factor), group)
                # The gradient of a softmax, of which the part that is dropped has none: d * w - w * sum(d * w).
                d_scores = product(d_output, v.transpose(1, 2), factor).mul_(remaining)
                d_scores.addcmul_(weight, d_scores.sum(-1, keepdim=True), value=-1.0)
                _put(d_query, product(d_scores, k, scale), group)
                _put(d_key, product(d_scores.transpose(1, 2), q, scale), group)
            return d_query.transpose(0, 1), d_key.transpose(0, 1), d_value.transpose(0, 1), None, None, None

    return Attention


def _part(array: Any, group: tuple[int, int, int]) -> Any:
    """The windows of a group, (windows * heads, pieces, width), from (heads, rows, width)."""
    start, count, length = group
    heads, _, width = array.shape
    found = array[:, start : start + count * length]
    if count == 1:
        return found
    return found.view(heads, count, length, width).transpose(0, 1).reshape(count * heads, length, width)


def _put(output: Any, found: Any, group: tuple[int, int, int]) -> None:
    """Put what `_part` gave, or was made from it, into its place in (rows, heads, width)."""
    start, count, length = group
    _, heads, width = output.shape
    place = output[start : start + count * length].view(count, length, heads, width)
    place.copy_(found.view(count, heads, length, width).transpose(1, 2))
