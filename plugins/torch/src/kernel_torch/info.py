"""What `kernel info` says of torch."""

from importlib.util import find_spec
from typing import Any


def facts() -> dict[str, Any]:
    """Version, device, the type of numbers that modules compute in, threads; nothing where torch is not installed.

    Weights are float32 everywhere. Types beside it are those that a `precision` may name and that the device computes in.
    """
    if find_spec("torch") is None:
        return {}
    import torch

    on_gpu = torch.cuda.is_available()
    half = ["bfloat16"] if not on_gpu or torch.cuda.is_bf16_supported() else []
    return {
        "version": torch.__version__,
        "device": f"cuda: {torch.cuda.get_device_name()}" if on_gpu else "cpu",
        "dtype": ["float32", *half, *(["float16"] if on_gpu else [])],
        "threads": torch.get_num_threads(),
    }
