"""Torch and safetensors, imported when they are needed, and one message where they are missing."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from kernel.errors import UsageError


def torch() -> Any:
    """The module torch. `UsageError` if it isn't installed."""
    return _imported("torch")


def safetensors() -> Any:
    """The module safetensors.torch. `UsageError` if it isn't installed."""
    return _imported("safetensors.torch")


def _imported(name: str) -> Any:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name not in ("torch", "safetensors"):
            raise
        raise UsageError(
            f"a torch module is to be made, but {error.name} is not installed",
            hint='pip install "kernel-nlp[torch]" installs it.',
        ) from error
