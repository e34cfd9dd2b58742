"""Modules that scripts found under one name for every version of Python: the module `kernel.compat`."""

from importlib import import_module
from typing import Any

from thinc.compat import cupy

__all__ = ["cupy"]
# What a script does with them is its own affair; nothing here reads or writes with them.
_MODULES = {"copy_reg": "copyreg", "copyreg": "copyreg", "pickle": "pickle"}


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(_MODULES[name])
    raise AttributeError(f"module 'kernel.compat' has no attribute {name!r}")
