"""What the package takes of other people's libraries; none of them is imported before it is used."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from kernel.errors import UsageError


def onnxruntime() -> ModuleType:
    """The module `onnxruntime`, which computes. UsageError, which names the extra, if it isn't installed."""
    return _needed("onnxruntime", 'pip install "kernel-nlp[onnx]"')


def onnx() -> ModuleType:
    """The module `onnx`, which knows the format. UsageError if it isn't installed."""
    return _needed("onnx", 'pip install "kernel-nlp-onnx[export]"')


def torch() -> ModuleType:
    """The module `torch`. UsageError if it isn't installed."""
    return _needed("torch", 'pip install "kernel-nlp-onnx[export]"')


def _needed(name: str, command: str) -> ModuleType:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        # Something that is missing inside of an installed library is that library's error.
        if error.name != name:
            raise
        raise UsageError(f"{name} isn't installed", hint=f"Install it with: {command}") from None
