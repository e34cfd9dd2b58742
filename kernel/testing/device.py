"""A pretended device, to test without a GPU that a model computes on its own operations' arrays only.

    model = on_pretended_device(model)
    output, backprop = model(inputs, is_train=True)

Its arrays are numpy's in disguise, but like cupy's they refuse to be mixed with plain numpy arrays: whoever forgets
`model.ops.asarray`, or calls numpy where `model.ops.xp` is meant, gets a TypeError.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from thinc.api import Ops

from kernel.numeric.ops import set_ops

# What cupy's functions of the same name don't take.
_MISSING = {"einsum": ("out",), "take": ("mode",)}
_TO_DEVICE = frozenset({"array", "asarray", "ascontiguousarray"})


def on_pretended_device(model: Any) -> Any:
    """Move a model, initialised or not, to the pretended device. Returns the model."""
    return set_ops(model, StandInOps())


def to_device(value: Any) -> Any:
    """A value, with its arrays, and those in lists and tuples, on the pretended device."""
    if isinstance(value, list | tuple):
        return type(value)(to_device(each) for each in value)
    return _disguise(value)


class DeviceArray(np.ndarray[Any, Any]):
    """An array of the pretended device."""

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        return _call(getattr(ufunc, method), inputs, kwargs)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return _call(func, args, kwargs)

    def __getitem__(self, key: Any) -> Any:
        return _disguise(_plain(self)[_strip(key)])

    def __setitem__(self, key: Any, value: Any) -> None:
        _plain(self)[_strip(key)] = _strip(value)


def _plain(array: Any) -> Any:
    return array.view(np.ndarray)


def _disguise(result: Any) -> Any:
    if isinstance(result, np.ndarray):
        return result.view(DeviceArray)
    if isinstance(result, list | tuple):
        return type(result)(_disguise(each) for each in result)
    return result


def _strip(argument: Any) -> Any:
    if isinstance(argument, DeviceArray):
        return _plain(argument)
    if isinstance(argument, np.ndarray) and argument.ndim:
        raise TypeError(
            "an array of the host is mixed with arrays of the device; use ops.asarray or ops.to_numpy"
        )
    if isinstance(argument, list | tuple):
        return type(argument)(_strip(each) for each in argument)
    return argument


def _call(function: Callable[..., Any], args: Any, kwargs: dict[str, Any]) -> Any:
    stripped = {name: _strip(value) for name, value in kwargs.items()}
    return _disguise(function(*(_strip(each) for each in args), **stripped))


class _Function:
    def __init__(self, function: Any) -> None:
        self._function = function

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        name = getattr(self._function, "__name__", "")
        for missing in _MISSING.get(name, ()):
            if missing in kwargs:
                raise TypeError(f"{name}() of the device takes no argument {missing!r}")
        if name in _TO_DEVICE:
            return _disguise(self._function(*args, **kwargs))
        if name == "split":
            # The positions belong to the host, in cupy too.
            return _disguise(np.split(_strip(args[0]), *args[1:], **kwargs))
        return _call(self._function, args, kwargs)

    def __getattr__(self, name: str) -> _Function:
        return _Function(getattr(self._function, name))


class _Module:
    """numpy's functions and types, for arrays of the device."""

    ndarray = DeviceArray

    def __getattr__(self, name: str) -> Any:
        found = getattr(np, name)
        if isinstance(found, type) or not (callable(found) or hasattr(found, "__path__")):
            return found
        return _Function(found)


class StandInOps(Ops):  # type: ignore[misc]
    """thinc operations of the pretended device."""

    name = "stand-in"
    xp = _Module()

    def to_numpy(self, data: Any, *, byte_order: str | None = None) -> Any:
        """Return a plain numpy array."""
        plain = _plain(data)
        return plain if byte_order is None else plain.astype(plain.dtype.newbyteorder(byte_order))

    def asarray(self, data: Any, dtype: Any = None) -> Any:
        """Bring data to the device."""
        return _disguise(np.asarray(data, dtype=dtype))

    def alloc(self, shape: Any, *, dtype: Any = "float32", zeros: bool = True) -> Any:
        """Return a new array on the device."""
        return _disguise(np.zeros(shape, dtype=dtype))

    def flatten(self, X: Any, dtype: Any = None, pad: int = 0, ndim_if_empty: int = 2) -> Any:
        """Join arrays, with rows of zeros around each if `pad` says so; thinc's takes numpy's for the device's."""
        from thinc.api import NumpyOps

        return _disguise(
            NumpyOps().flatten(_strip(list(X)), dtype=dtype, pad=pad, ndim_if_empty=ndim_if_empty)
        )

    def hash(self, ids: Any, seed: int) -> Any:
        """Return four keys of 32 bits per value."""
        from thinc.api import NumpyOps

        return _disguise(NumpyOps().hash(_plain(ids), seed))
