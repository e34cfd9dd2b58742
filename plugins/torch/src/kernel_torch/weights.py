"""The weights of a torch module as bytes: safetensors, tied weights once, no pickle."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from kernel.errors import DataError
from kernel_torch.needed import safetensors, torch


def tensors_of(state: Mapping[str, Any]) -> dict[str, Any]:
    """Name -> tensor of the state of a module; what has several names stands under the first.

    `DataError` if the state holds something else than tensors.
    """
    found: dict[str, Any] = {}
    seen = set()
    for name, tensor in state.items():
        if not isinstance(tensor, torch().Tensor):
            raise DataError(
                f"the state of the torch module has an object of type {type(tensor).__name__} under {name}",
                hint="Keep numbers in parameters or buffers: nothing but tensors is saved.",
            )
        identity = _identity(tensor)
        if identity not in seen:
            found[name] = tensor
        seen.add(identity)
    return found


def to_bytes(state: Mapping[str, Any]) -> bytes:
    """The tensors of a module's state in the format safetensors. Equal weights give equal bytes, on any device."""
    library = torch()
    plain = {}
    for name, tensor in tensors_of(state).items():
        # A copy, as tensors that share a part of their memory are refused.
        plain[name] = tensor.detach().to("cpu", copy=True, memory_format=library.contiguous_format)
    data: bytes = safetensors().save(plain)
    return data


def from_bytes(data: bytes, where: str = "torch module") -> dict[str, Any]:
    """Name -> tensor of what `to_bytes` wrote. `DataError` if it is something else."""
    try:
        tensors: dict[str, Any] = safetensors().load(data)
    except Exception as error:
        raise DataError(f"the weights are damaged or of another kind: {error}", path=where) from error
    return tensors


def load(
    module: Any,
    tensors: Mapping[str, Any],
    where: str = "torch module",
    *,
    needed: Collection[str] | None = None,
) -> None:
    """Copy tensors into those of a module; nothing is changed if names or shapes differ (`DataError`).

    needed: names of what must not be missing, by default all that the module has.
    """
    own = module.state_dict()
    given = {_identity(own[name]) for name in tensors if name in own}
    lacking = [
        name
        for name, tensor in own.items()
        if _identity(tensor) not in given and (needed is None or name in needed)
    ]
    foreign = sorted(name for name in tensors if name not in own)
    shapes = [name for name in sorted(tensors) if name in own and tensors[name].shape != own[name].shape]
    hint = "The weights were saved with another module or other settings than the config names."
    if lacking or foreign:
        sides = [
            f"{side}: {', '.join(names[:3])}{', ...' if len(names) > 3 else ''}"
            for side, names in (("only in the module", lacking), ("only in the saved weights", foreign))
            if names
        ]
        raise DataError(
            f"the weights of the module have other names; {'; '.join(sides)}", path=where, hint=hint
        )
    if shapes:
        name = shapes[0]
        raise DataError(
            f"{name} has the shape {tuple(own[name].shape)} in the module and {tuple(tensors[name].shape)} in the saved weights",
            path=where,
            hint=hint,
        )
    with torch().no_grad():
        for name, tensor in tensors.items():
            own[name].copy_(tensor)


def _identity(tensor: Any) -> tuple[Any, ...]:
    """Equal for the names of one and the same tensor. Empty ones are told apart by their objects."""
    if not tensor.numel():
        return (id(tensor),)
    return tensor.data_ptr(), tensor.device, tuple(tensor.shape), tensor.stride(), tensor.dtype
