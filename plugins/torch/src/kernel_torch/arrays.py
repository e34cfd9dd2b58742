"""Arrays as tensors and back, without a copy where both lie on one device; and the tensors in what modules take and give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from thinc.api import CupyOps, NumpyOps
from thinc.types import ArgsKwargs

from kernel.errors import UsageError
from kernel_torch.needed import torch


def to_torch(array: Any, device: Any, requires_grad: bool = False) -> Any:
    """An array of numpy, of the pretended device or of cupy as a tensor on `device`; they share memory where they can.

    requires_grad: whether to gather its gradient, if its numbers are floating.
    """
    library = torch()
    if isinstance(array, np.ndarray):
        # Not ascontiguousarray, which gives a single number a dimension.
        plain = np.asarray(array.view(np.ndarray), order="C")
        tensor = library.from_numpy(plain if plain.flags.writeable else plain.copy())
    else:
        tensor = library.from_dlpack(array)
    tensor = tensor.to(device)
    if requires_grad and tensor.is_floating_point():
        tensor = tensor.detach().requires_grad_()
    return tensor


def to_array(tensor: Any, ops: Any) -> Any:
    """A tensor as an array of `ops`, half precision as float32. On the CPU, and with cupy on its GPU, they share memory."""
    tensor = tensor.detach()
    if tensor.is_floating_point() and tensor.element_size() < 4:
        tensor = tensor.float()
    tensor = tensor.contiguous()
    if tensor.is_cuda and ops.device_type == "gpu":
        return ops.xp.from_dlpack(tensor)
    return ops.asarray(tensor.cpu().numpy())


def ops_of(tensor: Any) -> Any:
    """thinc's operations where a tensor lies."""
    return CupyOps("gpu", tensor.device.index) if tensor.is_cuda else NumpyOps()


def tensors_in(value: Any) -> Iterator[Any]:
    """The tensors in a tensor, tuple, list, mapping or ArgsKwargs, in their order."""
    if isinstance(value, torch().Tensor):
        yield value
    else:
        for part in _parts(value):
            yield from tensors_in(part)


def pairs(output: Any, gradient: Any) -> Iterator[tuple[Any, Any]]:
    """(tensor, gradient) of every tensor of an output whose gradient, which has the same form, is not None."""
    if gradient is None:
        return
    if isinstance(output, torch().Tensor):
        yield output, gradient
    elif isinstance(output, Mapping):
        if not isinstance(gradient, Mapping) or set(gradient) - set(output):
            raise UsageError(
                f"the gradient of a mapping with {', '.join(map(str, output))} must be one with some of these"
            )
        for name, part in gradient.items():
            yield from pairs(output[name], part)
    elif isinstance(output, tuple | list):
        if not isinstance(gradient, tuple | list) or len(gradient) != len(output):
            raise UsageError(
                f"the gradient of an output of {len(output)} parts must be a list of as many, None where there is none"
            )
        for one, other in zip(output, gradient, strict=True):
            yield from pairs(one, other)


def _parts(value: Any) -> Iterator[Any]:
    if isinstance(value, ArgsKwargs):
        yield from (*value.args, *value.kwargs.values())
    elif isinstance(value, Mapping):
        yield from value.values()
    elif isinstance(value, tuple | list):
        yield from value
