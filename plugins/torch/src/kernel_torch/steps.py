"""A step of thinc's optimizer on the parameters of a torch module, by torch's fused kernels.

The settings mean what they mean to thinc: `grad_clip` bounds the norm of each parameter's gradient by itself. L2 alone may leave
parameters out, those that `decays` says no of. Moments, step counts and averages are kept in the optimizer itself, under (number of the
shim, name), where checkpoints and `use_params` find them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any

from thinc.api import Optimizer

from kernel.errors import UsageError
from kernel.numeric.parameters import forget_other_sizes
from kernel_torch.arrays import ops_of, to_array, to_torch
from kernel_torch.needed import torch

# thinc's, of its averages (Polyak and Juditsky 1992).
_LONGEST = 0.9999


@dataclass(frozen=True)
class Rules:
    """What differs between parameters. rates: name -> factor of the learn rate. decays: whether L2 holds for a parameter."""

    rates: Callable[[str], float] | None = None
    decays: Callable[[str, Any], bool] | None = None

    def rate(self, name: str) -> float:
        """The factor of the learn rate."""
        return 1.0 if self.rates is None else float(self.rates(name))

    def decay(self, name: str, weights: Any) -> bool:
        """Whether L2 holds: by default for what has two or more dimensions, so not for biases and the scales of norms."""
        return weights.ndim > 1 if self.decays is None else bool(self.decays(name, weights))


class Moments:
    """What an optimizer keeps of each parameter, as tensors that share memory with its arrays."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._known: dict[tuple[str, str], tuple[Any, Any]] = {}

    def key(self, name: str) -> tuple[int, str]:
        """Where thinc's optimizer keeps what belongs to a parameter."""
        return self._number, name

    def tensors(self, optimizer: Any, what: str, weights: Mapping[str, Any]) -> list[Any]:
        """mom1, mom2 or averages of some parameters, zeros where there are none yet. weights: name -> tensor."""
        table = getattr(optimizer, what)
        return [self._tensor(table, what, name, tensor) for name, tensor in weights.items()]

    def _tensor(self, table: dict[Any, Any], what: str, name: str, like: Any) -> Any:
        key = self.key(name)
        array = table.get(key)
        known, tensor = self._known.get((what, name), (None, None))
        if array is not None and known is array and tensor.device == like.device:
            return tensor
        if array is not None and array.size == like.numel():
            tensor = to_torch(array, like.device).to(like.dtype).reshape(like.shape)
        else:
            tensor = torch().zeros_like(like, memory_format=torch().contiguous_format)
        table[key] = to_array(tensor, ops_of(tensor))
        self._known[what, name] = table[key], tensor
        return tensor


def step(
    optimizer: Callable[..., Any],
    moments: Moments,
    weights: Mapping[str, Any],
    gradients: Mapping[str, Any],
    rules: Rules,
    *,
    scale: float = 1.0,
    may_overflow: bool = False,
) -> bool:
    """Update parameters in place; whether that was done. Gradients are written over.

    weights: name -> parameter, of those with a gradient. scale: that the gradients are multiplied by. may_overflow: look whether they are
    finite, and change nothing if not.
    """
    library = torch()
    half = [name for name in gradients if weights[name].element_size() < 4]
    if half:
        raise UsageError(
            f"the weights {half[0]} of a torch module have only {8 * weights[half[0]].element_size()} bits, too few to be trained",
            hint='Convert the module with .float(); precision = "bfloat16" or "float16" computes in half precision all the same.',
        )
    with library.no_grad():
        plain = {name: weights[name].detach() for name in gradients}
        if may_overflow and not bool(library.isfinite(_norm(gradients.values()))):
            return False
        if isinstance(optimizer, Optimizer):
            _by_groups(optimizer, moments, weights, plain, gradients, rules, scale)
        else:
            _one_by_one(optimizer, moments, plain, gradients, scale)
        # The fused kernels, and who writes to arrays, don't count their changes; others keep what follows from weights.
        library.autograd.graph.increment_version(list(plain.values()))
    return True


def _by_groups(
    optimizer: Any,
    moments: Moments,
    weights: Mapping[str, Any],
    plain: Mapping[str, Any],
    gradients: Mapping[str, Any],
    rules: Rules,
    scale: float,
) -> None:
    """A step of thinc's optimizer. plain: the parameters without their graphs."""
    rates = {name: rules.rate(name) for name in plain}
    decays = {name: rules.decay(name, weights[name]) for name in plain}
    divisor = _prepare(optimizer, plain, gradients, decays, scale)
    groups: dict[tuple[int, float, bool], list[str]] = defaultdict(list)
    for name, tensor in plain.items():
        forget_other_sizes(optimizer, moments.key(name), tensor.numel())
        optimizer.nr_update[moments.key(name)] += 1
        groups[optimizer.nr_update[moments.key(name)], rates[name], decays[name]].append(name)
    for (count, rate, decay), names in groups.items():
        _step_group(
            optimizer,
            moments,
            _Group(
                {name: plain[name] for name in names},
                [gradients[name] for name in names],
                count=count,
                rate=rate * optimizer.learn_rate,
                decay=optimizer.L2 if decay and optimizer.L2_is_weight_decay else 0.0,
                divisor=divisor,
            ),
        )


def _norm(tensors: Iterable[Any]) -> Any:
    """The norm of all numbers together."""
    return torch().nn.utils.get_total_norm(list(tensors))


def _prepare(
    optimizer: Any,
    weights: Mapping[str, Any],
    gradients: Mapping[str, Any],
    decays: Mapping[str, bool],
    scale: float,
) -> Any:
    """Add L2 where it is a part of the gradient, and bound the norm of each gradient, as thinc does.

    Returns what all gradients are still to be divided by: a tensor without dimensions, or None.
    """
    if optimizer.L2 and not optimizer.L2_is_weight_decay:
        for name, gradient in gradients.items():
            gradient.div_(scale)
            if decays[name]:
                gradient.add_(weights[name], alpha=optimizer.L2)
        scale = 1.0
    if optimizer.grad_clip:
        for gradient in gradients.values():
            # On a GPU none of this waits for a number.
            gradient.div_((_norm([gradient]) / optimizer.grad_clip).clamp(min=scale))
        return None
    if scale == 1.0:
        return None
    device = next(iter(gradients.values())).device
    return torch().tensor(scale, dtype=torch().float32, device=device)


@dataclass(frozen=True)
class _Group:
    """Parameters whose counts of steps, learn rates and decays are the same, in a step.

    weights: name -> tensor. gradients: in the same order. count: steps, this one too. divisor: of the gradients, or None.
    """

    weights: dict[str, Any]
    gradients: list[Any]
    count: int
    rate: float
    decay: float
    divisor: Any

    def divided(self) -> list[Any]:
        """The gradients, divided in place."""
        for gradient in self.gradients if self.divisor is not None else ():
            gradient.div_(self.divisor)
        return self.gradients


def _step_group(optimizer: Any, moments: Moments, group: _Group) -> None:
    """One step of parameters that belong together."""
    tensors = list(group.weights.values())
    if optimizer.use_radam:
        _radam(optimizer, moments, group)
        _shrink(tensors, group.rate * group.decay)
    elif optimizer.b1 > 0.0 and optimizer.b2 > 0.0:
        _adam(optimizer, moments, group)
    elif optimizer.b2 > 0.0:
        raise UsageError("an optimizer with beta2 needs a beta1 above 0 as well")
    else:
        for tensor, gradient in zip(tensors, group.divided(), strict=True):
            tensor.sub_(gradient, alpha=group.rate)
        _shrink(tensors, group.rate * group.decay)
    if optimizer.averages is not None:
        keep = min((1.0 + group.count) / (10.0 + group.count), _LONGEST)
        averages = moments.tensors(optimizer, "averages", group.weights)
        from torch.optim.swa_utils import get_ema_multi_avg_fn

        get_ema_multi_avg_fn(keep)(averages, tensors, None)


def _adam(optimizer: Any, moments: Moments, group: _Group) -> None:
    """Adam with decoupled weight decay (Kingma and Ba 2015; Loshchilov and Hutter 2019).

    torch adds eps to the corrected second moment and shrinks weights before it steps; thinc adds it to the moment as it is, and
    shrinks them afterwards. Numbers are handed over that make the two the same.
    """
    library = torch()
    from torch.optim.adamw import adamw

    tensors, count = list(group.weights.values()), group.count
    share = group.rate * group.decay
    stepped = group.rate * (1.0 - share)
    # A tensor for each parameter, because they are counted up one by one.
    counts = library.full((len(tensors),), float(count - 1), dtype=library.float32, device=tensors[0].device)
    adamw(
        tensors,
        group.gradients,
        moments.tensors(optimizer, "mom1", group.weights),
        moments.tensors(optimizer, "mom2", group.weights),
        [],
        list(counts.unbind()),
        fused=True,
        grad_scale=group.divisor,
        amsgrad=False,
        beta1=optimizer.b1,
        beta2=optimizer.b2,
        lr=stepped,
        weight_decay=share / stepped if stepped else 0.0,
        eps=optimizer.eps / sqrt(1.0 - optimizer.b2**count),
        maximize=False,
    )


def _radam(optimizer: Any, moments: Moments, group: _Group) -> None:
    """Rectified Adam (Liu et al. 2020) as thinc has it: counted from 2, and plain descent while the variance is unknown."""
    b1, b2, t = optimizer.b1, optimizer.b2, group.count + 1
    longest = 2 / (1 - b2) - 1
    length = longest - 2 * t * b2**t / (1 - b2**t)
    size = group.rate / (1 - b1**t)
    if length >= 5:
        size *= sqrt(
            (1 - b2**t) * (length - 4) / (longest - 4) * (length - 2) / length * longest / (longest - 2)
        )
    first, second = (moments.tensors(optimizer, what, group.weights) for what in ("mom1", "mom2"))
    for tensor, gradient, mom1, mom2 in zip(
        group.weights.values(), group.divided(), first, second, strict=True
    ):
        mom2.mul_(b2).addcmul_(gradient, gradient, value=1 - b2)
        mom1.mul_(b1).add_(gradient, alpha=1 - b1)
        if length >= 5:
            tensor.addcdiv_(mom1, mom2.sqrt().add_(optimizer.eps), value=-size)
        else:
            tensor.sub_(mom1, alpha=size)


def _shrink(tensors: list[Any], share: float) -> None:
    for tensor in tensors if share else ():
        tensor.mul_(1.0 - share)


def _one_by_one(
    optimizer: Callable[..., Any],
    moments: Moments,
    weights: dict[str, Any],
    gradients: Mapping[str, Any],
    scale: float,
) -> None:
    """A step of an optimizer that isn't thinc's: arrays go through it, by the protocol (key, weights, gradient) -> the same."""
    for name, tensor in weights.items():
        ops = ops_of(tensor)
        gradient = gradients[name].div_(scale) if scale != 1.0 else gradients[name]
        changed, _ = optimizer(moments.key(name), to_array(tensor, ops), to_array(gradient, ops))
        tensor.copy_(to_torch(changed, tensor.device))
