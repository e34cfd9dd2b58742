"""Whether the weights of a model can be trained in the memory that is free."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np

from kernel.errors import UsageError
from kernel.numeric.shims import weights_of

COPIES = 5
"""Arrays of the size of the weights in training: these, their gradient, the two averages of Adam, and one to compute with."""


def check_memory(model: Any, name: str, free: int | None = None, *, others: int = 0) -> None:
    """`UsageError` if training the model of a component takes more memory than is free.

    To be called before the weights are first written to: the system hands out memory only then, and ends the process
    when there is none left. free: bytes; what the system says if None. others: what the training of components whose
    weights are there already will take besides, see `to_come`. Models on other devices are not looked at.
    """
    weights = _weights(model)
    needed = COPIES * sum(size for size, *_ in weights)
    free = free_memory() if free is None else free
    if free is None or needed + others <= free:
        return
    size, layer, param, shape = max(weights, default=(0, "", "", ()))
    if not size:
        # Those that are large were let pass.
        return
    more = f", and that of the other components {gigabytes(others)} more" if others else ""
    raise UsageError(
        f"component '{name}': training needs {gigabytes(needed)} of memory, {COPIES} times its weights (the gradient, "
        f"two averages of Adam and the computing take as much each){more}, but {gigabytes(free)} are free. The largest weights are {param} of "
        f"{layer}, {' x '.join(map(str, shape))} numbers: {gigabytes(size)}",
        hint="Make that table smaller in the config (fewer rows, a smaller length or width), or use fewer labels.",
    )


def to_come(model: Any) -> int:
    """The bytes that training a model takes besides its weights."""
    return (COPIES - 1) * sum(size for size, *_ in _weights(model))


def _weights(model: Any) -> list[tuple[int, str, str, tuple[int, ...]]]:
    """Of every array of weights: its size in bytes, the names of its layer and parameter, and its shape."""
    own = [
        (layer, param, layer.get_param(param))
        for layer in model.walk()
        for param in layer.param_names
        if layer.has_param(param)
    ]
    others = [
        (layer, param, array)
        for layer in model.walk()
        for shim in layer.shims
        for param, array in weights_of(shim).items()
    ]
    return [
        (array.nbytes, layer.name, param, array.shape)
        for layer, param, array in own + others
        if isinstance(array, np.ndarray)
    ]


def gigabytes(size: int) -> str:
    """A number of bytes for a message: `2.1 GB`."""
    return f"{size / 1e9:,.1f} GB"


def free_memory(root: Path = Path("/")) -> int | None:
    """Bytes that this process may still take, by the system and by the limit of its container; None if unknown."""
    known = [size for size in (_of_system(root), _of_container(root)) if size is not None]
    return min(known, default=None)


def _of_system(root: Path) -> int | None:
    found = re.search(r"^MemAvailable:\s*(\d+) kB", _read(root / "proc/meminfo"), re.MULTILINE)
    return int(found[1]) * 1024 if found else None


def _of_container(root: Path) -> int | None:
    group = root / "sys/fs/cgroup"
    limit, used = _read(group / "memory.max").strip(), _read(group / "memory.current").strip()
    if not (limit.isdigit() and used.isdigit()):
        return None
    # Cached files count as used, and are given up when memory is asked for.
    cached = re.search(r"^inactive_file (\d+)", _read(group / "memory.stat"), re.MULTILINE)
    return max(0, int(limit) - int(used) + (int(cached[1]) if cached else 0))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf8")
    except (OSError, ValueError):
        return ""
