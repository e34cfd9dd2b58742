"""The device on which pipelines compute that are made from now on: thinc's own setting, for scripts that choose it once.

`Language.to_device` moves one pipeline, whatever is set here.
"""

from typing import Any

from thinc.api import get_current_ops, set_current_ops, set_gpu_allocator
from thinc.api import get_ops as get_thincs_ops

from kernel.errors import UsageError
from kernel.numeric.ops import KernelOps, get_ops

__all__ = ["current_ops", "prefer_gpu", "require_cpu", "require_gpu", "set_gpu_allocator"]


def prefer_gpu(gpu_id: int = 0) -> bool:
    """Let pipelines compute on a GPU if there is one; whether there is."""
    try:
        return require_gpu(gpu_id)
    except UsageError:
        return False


def require_gpu(gpu_id: int = 0) -> bool:
    """Let pipelines compute on a GPU. `UsageError` if cupy or the device is missing."""
    if gpu_id < 0:
        raise UsageError(
            f"GPU {gpu_id} was asked for; they are numbered from 0",
            hint="kernel.require_cpu() is for the CPU.",
        )
    set_current_ops(get_ops(gpu_id))
    return True


def require_cpu() -> bool:
    """Let pipelines compute on the CPU, as they do by default."""
    set_current_ops(get_thincs_ops("cpu"))
    return True


def current_ops() -> Any:
    """The operations for a new pipeline: those of the GPU that was chosen, or the CPU's."""
    chosen = get_current_ops()
    return get_ops(chosen.device_id) if chosen.device_type == "gpu" else KernelOps()
