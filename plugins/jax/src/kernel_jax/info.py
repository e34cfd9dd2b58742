"""What `kernel info` says of JAX."""

from importlib.util import find_spec
from typing import Any


def facts() -> dict[str, Any]:
    """Version, device and type of numbers; nothing where JAX is not installed."""
    if find_spec("jax") is None:
        return {}
    import jax

    return {
        "version": jax.__version__,
        "device": ", ".join(str(device) for device in jax.devices()),
        "dtype": str(jax.numpy.zeros(()).dtype),
    }
