"""What other people's libraries the package takes; none of them is imported before it is used."""

from __future__ import annotations

import os
import sys
from functools import cache
from importlib import import_module
from types import ModuleType

from kernel.errors import UsageError

# The version of `transformers` that the extra of the package names too.
_OLDEST = 5
_THREADS = "TOKENIZERS_PARALLELISM"
_HINT = 'Install them with: pip install "kernel-nlp[transformers]"'


def torch() -> ModuleType:
    """The module `torch`. UsageError, which names the extra, if it isn't installed."""
    # Asked for in every layer: the import system would take a tenth of the time of a short text.
    return sys.modules.get("torch") or _needed("torch")


def transformers() -> ModuleType:
    """The module `transformers`. UsageError if it isn't installed, or one of before version 5, with which nothing is tested."""
    module = _needed("transformers")
    version = str(getattr(module, "__version__", ""))
    first = version.partition(".")[0]
    if first.isdecimal() and int(first) < _OLDEST:
        raise UsageError(
            f"A transformer needs the library transformers in version {_OLDEST} or later; {version} is installed.",
            hint='Install it with: pip install --upgrade "kernel-nlp[transformers]"',
        )
    return module


def tokenizers() -> ModuleType:
    """The module `tokenizers`, in one thread unless the environment says otherwise. UsageError if it isn't installed.

    Its threads are the process's own, beside those that are set for everything else. A forked worker has none of them, so there it
    is always one thread: it would wait for the others for ever.
    """
    os.environ.setdefault(_THREADS, "false")
    module = _needed("tokenizers")
    _one_thread_in_workers()
    return module


@cache
def _one_thread_in_workers() -> None:
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=lambda: os.environ.__setitem__(_THREADS, "false"))


def safetensors() -> ModuleType:
    """The module `safetensors`. UsageError if it isn't installed."""
    return _needed("safetensors")


def huggingface_hub() -> ModuleType:
    """The module `huggingface_hub`. UsageError if it isn't installed."""
    return _needed("huggingface_hub")


def _needed(name: str) -> ModuleType:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        # Something that is missing inside of an installed library is that library's error.
        if error.name != name:
            raise
        raise UsageError(f"A transformer needs {name}, which isn't installed.", hint=_HINT) from None
