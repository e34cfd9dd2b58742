"""Dropout on the CPU with random numbers of numpy's: torch draws one number at a time there, which takes a tenth of a training step.

Every element is decided by 16 random bits: the rate is rounded to a multiple of 1/65536, and the factor belongs to the rounded rate.
The numbers follow from torch's own generator, so that
whoever seeds that repeats them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

import numpy as np

from kernel_transformers import needed

_VALUES = 1 << 16
_BITS: ContextVar[Any] = ContextVar("kernel_dropout", default=None)


@contextmanager
def drawn_apart() -> Iterator[None]:
    """Within it, dropout on the CPU draws from a stream of its own, seeded by one number of torch's."""
    torch = needed.torch()
    seed = int(torch.randint(1 << 62, ()))
    token = _BITS.set(np.random.SFC64(seed))
    try:
        yield
    finally:
        _BITS.reset(token)


def install(module: Any) -> None:
    """Let the dropout layers of a torch module draw so."""
    torch = needed.torch()
    for layer in module.modules():
        if type(layer) is torch.nn.Dropout:
            layer.__class__ = _layer()


def kept(values: Any, rate: float) -> Any:
    """Which elements stay, as an array of bool, or None for all. values: a tensor on the CPU."""
    if not rate:
        return None
    bits = _BITS.get()
    if bits is None:
        with drawn_apart():
            return kept(values, rate)
    size = values.numel()
    numbers = bits.random_raw(-(-size // 4)).view(np.uint16)[:size]
    return np.greater_equal(numbers, np.uint16(_threshold(rate))).reshape(values.shape)


def drop(values: Any, mask: Any, rate: float) -> Any:
    """The elements that stay, and zeros, so that the expected sum is the same."""
    if mask is None:
        return values
    return multiplied(values, mask).mul_(drop_factor(rate))


def multiplied(values: Any, mask: Any) -> Any:
    """The elements that stay as they are, and zeros. mask: an array of bool, or None for all; then `values` itself."""
    if mask is None:
        return values
    torch = needed.torch()
    # Bytes become numbers, and these products, faster than bools are read as numbers.
    found = torch.empty_like(values, memory_format=torch.contiguous_format)
    return found.copy_(torch.from_numpy(mask).view(torch.uint8)).mul_(values)


def drop_factor(rate: float) -> float:
    """What the elements that stay are multiplied by."""
    return _VALUES / (_VALUES - _threshold(rate)) if rate else 1.0


def _threshold(rate: float) -> int:
    return min(max(round(rate * _VALUES), 1), _VALUES - 1)


@cache
def _function() -> Any:
    torch = needed.torch()

    class Drop(torch.autograd.Function):  # type: ignore[name-defined]
        @staticmethod
        def forward(ctx: Any, values: Any, rate: float) -> Any:
            ctx.mask, ctx.rate = kept(values, rate), rate
            return drop(values, ctx.mask, rate)

        @staticmethod
        def backward(ctx: Any, gradient: Any) -> tuple[Any, None]:
            return drop(gradient, ctx.mask, ctx.rate), None

    return Drop


@cache
def _layer() -> Any:
    torch = needed.torch()

    class Dropout(torch.nn.Dropout):  # type: ignore[name-defined]
        def forward(self, input: Any) -> Any:
            if not self.training:
                return input
            apart = 0 < self.p < 1 and not self.inplace and _BITS.get() is not None
            if not apart or input.device.type != "cpu":
                return super().forward(input)
            return _function().apply(input, self.p)

    return Dropout
